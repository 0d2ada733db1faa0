import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { change, mayStopBeingAdmin, mustMatch } from '../../src/domain/change-user.js';
import type { User } from '../../src/domain/user.js';

const alice: User = {
  id: '01890000-0000-7000-8000-000000000001',
  loginId: 'alice',
  role: 'user',
  phone: '010-1234-5678',
  email: 'alice@example.com',
  version: 3,
  createdAt: new Date(0),
  updatedAt: new Date(0),
};
const same = { role: alice.role, phone: '010-1234-5678', email: 'alice@example.com' } as const;

test('a change based on another version than the current one is refused', () => {
  expect(() => mustMatch(alice, 2)).toThrow(expect.objectContaining({ code: 'PRECONDITION_FAILED' }));
  expect(() => mustMatch(alice, 3)).not.toThrow();
});

test('the last admin stays an admin', () => {
  expect(() => mayStopBeingAdmin(0)).toThrow(expect.objectContaining({ code: 'LAST_ADMIN' }));
  expect(() => mayStopBeingAdmin(1)).not.toThrow();
});

describe('changing a user', () => {
  test('writes nothing when nothing differs', () => {
    expect(change(alice, same)).toEqual({});
  });
  test('signs the user out everywhere when the role changes', () => {
    expect(change(alice, { ...same, role: 'admin' }).endsSessions).toBe('ROLE_CHANGED');
  });
  test('signs the user out everywhere when the password changes, even together with the role', () => {
    const wanted = { ...same, role: 'admin', passwordHash: 'new' } as const;
    expect(change(alice, wanted).endsSessions).toBe('PASSWORD_CHANGED');
  });
  test('leaves the sessions alone otherwise', () => {
    const { next, endsSessions } = change(alice, { ...same, phone: '010-0000-0000' });
    expect(next).toMatchObject({ phone: '010-0000-0000', version: 4 });
    expect(endsSessions).toBeUndefined();
  });
});

test('versions count the changes: the next is one more exactly when something is written', () => {
  const wanted = fc.record({
    role: fc.constantFrom('user', 'admin'),
    phone: fc.constantFrom('010-1234-5678', '010-0000-0000'),
    email: fc.constantFrom('alice@example.com', 'a@example.com'),
  });
  fc.assert(
    fc.property(fc.array(wanted, { maxLength: 8 }), (changes) => {
      let user = alice;
      for (const next of changes) {
        const decision = change(user, next);
        const differs = next.role !== user.role || next.phone !== user.phone || next.email !== user.email;
        expect(decision.next?.version).toBe(differs ? user.version + 1 : undefined);
        user = { ...user, ...decision.next };
      }
    }),
    { seed: 20_001, numRuns: 200 },
  );
});
