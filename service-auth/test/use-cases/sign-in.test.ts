import { AppError } from '@msa-event-market/shared-sdk/errors';
import { describe, expect, test, vi } from 'vitest';
import type { Ports, Session } from '../../src/use-cases/ports.js';
import { signIn } from '../../src/use-cases/sign-in.js';

const at = { issuedAt: new Date(0), expiresAt: new Date(1) };
const session = { id: 'session', user: { id: 'alice-id' }, refreshToken: at } as unknown as Session;

function ports() {
  return {
    users: { credentialsOf: vi.fn(async () => ({ userId: 'alice-id', passwordHash: 'hash' })) },
    passwords: { verify: vi.fn(async () => true) },
    sessions: { open: vi.fn(async () => session as Session | undefined) },
    attempts: { count: vi.fn(async () => {}), uncount: vi.fn(async () => {}) },
    accessTokens: { issue: vi.fn(async () => ({ token: 'access', ...at })) },
  } satisfies { [K in keyof Omit<Ports, 'log'>]: Partial<Ports[K]> };
}
const signInWith = (parts: ReturnType<typeof ports>) => signIn(parts as unknown as Ports);
const unauthorized = { code: 'UNAUTHORIZED' };

describe('signing in', () => {
  test('verifies a password even for a login id that nobody has', async () => {
    const given = ports();
    given.users.credentialsOf.mockResolvedValue(undefined as never);
    given.passwords.verify.mockResolvedValue(false);
    await expect(signInWith(given)('nobody', 'secret', '::1')).rejects.toMatchObject(unauthorized);
    expect(given.passwords.verify).toHaveBeenCalledExactlyOnceWith(undefined, 'secret');
  });

  test('counts before it verifies, and evaluates nothing beyond the limit', async () => {
    const given = ports();
    given.attempts.count.mockRejectedValue(new AppError('TOO_MANY_ATTEMPTS', 'rate_limited', ''));
    await expect(signInWith(given)('alice', 'secret', '::1')).rejects.toMatchObject({
      code: 'TOO_MANY_ATTEMPTS',
    });
    expect(given.users.credentialsOf).not.toHaveBeenCalled();
    expect(given.passwords.verify).not.toHaveBeenCalled();
  });

  test('lets a wrong password count', async () => {
    const given = ports();
    given.passwords.verify.mockResolvedValue(false);
    await expect(signInWith(given)('alice', 'wrong', '::1')).rejects.toMatchObject(unauthorized);
    expect(given.attempts.uncount).not.toHaveBeenCalled();
  });

  test('does not count a right password, nor one that could not be verified', async () => {
    const right = ports();
    await signInWith(right)('alice', 'secret', '::1');
    expect(right.attempts.uncount).toHaveBeenCalledExactlyOnceWith({ loginId: 'alice', address: '::1' });

    const overloaded = ports();
    overloaded.passwords.verify.mockRejectedValue(new AppError('HASHING_OVERLOADED', 'unavailable', ''));
    await expect(signInWith(overloaded)('alice', 'secret', '::1')).rejects.toMatchObject({
      code: 'HASHING_OVERLOADED',
    });
    expect(overloaded.attempts.uncount).toHaveBeenCalledOnce();
  });

  test('fails when the password was changed while it was being verified', async () => {
    const given = ports();
    given.sessions.open.mockResolvedValue(undefined);
    await expect(signInWith(given)('alice', 'secret', '::1')).rejects.toMatchObject(unauthorized);
    expect(given.accessTokens.issue).not.toHaveBeenCalled();
  });

  test('answers with a pair of tokens, the refresh token by its value and not its hash', async () => {
    const given = ports();
    const pair = await signInWith(given)('alice', 'secret', '::1');
    expect(pair.accessToken).toEqual({ token: 'access', ...at });
    expect(pair.refreshToken.token).toMatch(/^market_rt_[\w-]{43}$/);
  });
});
