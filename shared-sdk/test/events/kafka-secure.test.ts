import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Member } from '../../src/events/member.js';
import type { TestDatabase } from '../../src/testing/index.js';
import { openLog, secureUrl, type TestLog } from '../fixtures/event-log.js';
import { thing } from '../fixtures/log.js';
import { seenOf, tallyConsumer, tallyDatabase } from '../fixtures/tally.js';

describe.runIf(secureUrl)('a broker with TLS and passwords', () => {
  let t: TestDatabase;
  let log: TestLog;
  let member: Member;

  beforeEach(async () => {
    t = await tallyDatabase();
    log = await openLog(t);
  });
  afterEach(async () => {
    await member.stop();
    await log.close();
    await t.drop();
  });

  const patiently = { timeout: 20_000 };
  const joinBy = (url: string) => {
    member = log.join(tallyConsumer({}, log.group), { url });
  };
  const secure = secureUrl ?? '';

  it.each(['plain', 'scram-sha-256', 'scram-sha-512'])('is read with %s', async (mechanism) => {
    joinBy(`${secure}&sasl=${mechanism}`);
    await log.send([thing('a', 1)]);
    await expect.poll(() => seenOf(t.db), patiently).toEqual({ a: ['1'] });
    expect(member.status().failure).toBeUndefined();
  });

  it.each([
    ['the password is wrong', secure.replace(/:[^:@/]+@/, ':guessed@'), /authentication failed/i],
    ['nobody signs in', secure.replace(/[^/]+@/, ''), /connection/i],
    ['its certificate is not trusted', secure.replace(/ca=[^&]+/, 'tls=true'), /certificate/],
  ])('says nothing when %s, and the member says why', async (_, url, why) => {
    joinBy(url);
    await log.send([thing('a', 1)]);
    await expect.poll(() => member.status().failure, patiently).toMatch(why);
    expect(member.status().failure).not.toContain('guessed');
    expect(await seenOf(t.db)).toEqual({});
  });
});
