import { describe, expect, it } from 'vitest';
import { secureUrl } from '../fixtures/event-log.js';
import { patiently, testGroup } from '../fixtures/group.js';
import { thing } from '../fixtures/log.js';

describe.runIf(secureUrl)('a broker with TLS and passwords', () => {
  const { join, send, seen } = testGroup();
  const secure = secureUrl ?? '';

  it.each(['plain', 'scram-sha-256', 'scram-sha-512'])('is read with %s', async (mechanism) => {
    const member = join({}, { url: `${secure}&sasl=${mechanism}` });
    await send(thing('a', 1));
    await expect.poll(seen, patiently).toEqual({ a: ['1'] });
    expect(member.status().failure).toBeUndefined();
  });

  it.each([
    ['the password is wrong', secure.replace(/:[^:@/]+@/, ':guessed@'), /authentication failed/i],
    ['nobody signs in', secure.replace(/[^/]+@/, ''), /connection/i],
    ['its certificate is not trusted', secure.replace(/ca=[^&]+/, 'tls=true'), /certificate/],
  ])('says nothing when %s, and the member says why', async (_, url, why) => {
    const member = join({}, { url });
    await send(thing('a', 1));
    await expect.poll(() => member.status().failure, patiently).toMatch(why);
    expect(member.status().failure).not.toContain('guessed');
    expect(await seen()).toEqual({});
  });
});
