import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import { patiently, testGroup } from '../fixtures/group.js';
import { thing } from '../fixtures/log.js';
import { parkedOf } from '../fixtures/tally.js';

// On the embedded log, or with MARKET_TEST_KAFKA on Kafka: what becomes of a member's partitions when its process does
// not stop in order.

/** Longer than a silent member counts as alive: 10 s on the embedded log, 6 s on Kafka. */
const silentMs = 12_000;
const slowly = { timeout: 40_000 };
const program = fileURLToPath(new URL('../fixtures/mortal-process.ts', import.meta.url));

describe('a group with members in processes of their own', () => {
  const g = testGroup();
  const { join, seen, send, sendRound, upTo } = g;
  const children: ChildProcess[] = [];
  afterEach(async () => {
    for (const child of children.splice(0)) {
      if (child.exitCode !== null || child.signalCode !== null) continue;
      const gone = once(child, 'exit');
      child.kill('SIGKILL');
      await gone;
    }
  });

  function joinInProcess(): ChildProcess {
    const child = fork(program, {
      env: {
        ...process.env,
        DATABASE_URL: g.t.url,
        EVENTS_URL: g.log.url,
        TOPIC_PREFIX: g.log.topicPrefix,
        GROUP: g.log.group,
      },
      execArgv: ['--import', 'tsx'],
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    children.push(child);
    return child;
  }

  const manyKeys = Array.from({ length: 3_000 }, (_, n) => `many${n}`);
  const seenMany = async () => {
    const all = await seen();
    return [Object.keys(all).length, Object.values(all).every((labels) => labels.length === 1)];
  };

  it('takes over what a killed member was in the middle of, and applies it once', async () => {
    const mortal = joinInProcess();
    const survivor = join();
    await expect.poll(() => survivor.status().partitions.length, patiently).toBe(2);
    await send(...manyKeys.map((key) => thing(key, 1)));
    mortal.kill('SIGKILL');
    await expect.poll(seenMany, slowly).toEqual([manyKeys.length, true]);
    expect(survivor.status().partitions).toHaveLength(4);
    await expect.poll(g.log.committed, patiently).toBe(manyKeys.length);
    expect(await parkedOf(g.t.db)).toEqual([]);
  }, 90_000);

  it('does not let a member that stood still for long put anything back', async () => {
    const sleeper = joinInProcess();
    const survivor = join();
    const share = () => survivor.status().partitions.length;
    await expect.poll(share, patiently).toBe(2);
    await sendRound(1);
    await expect.poll(seen, patiently).toEqual(upTo(1));
    await send(...manyKeys.map((key) => thing(key, 1)));
    sleeper.kill('SIGSTOP');
    await sleep(silentMs);
    await sendRound(2);
    await expect.poll(async () => (await seen()).k0, slowly).toEqual(['1', '2']);
    await expect.poll(share, slowly).toBe(4);
    const everything = 2 * g.keys.length + manyKeys.length;
    await expect.poll(g.log.committed, slowly).toBe(everything);

    sleeper.kill('SIGCONT');
    await expect.poll(share, slowly).toBe(2);
    await sendRound(3);
    await expect.poll(g.log.committed, patiently).toBe(everything + g.keys.length);
    const all = await seen();
    expect(all).toEqual({ ...upTo(3), ...Object.fromEntries(manyKeys.map((key) => [key, ['1']])) });
    expect(await parkedOf(g.t.db)).toEqual([]);
  }, 120_000);

  it('finds out the message that ends its process, parks it, and handles the rest', async () => {
    const deadly = { ...thing('b', 1), payload: { label: 'deadly', behave: 'die' } };
    await send(thing('a', 1), deadly, thing('b', 2), thing('c', 1));
    let deaths = 0;
    let over = false;
    const lives = (async () => {
      while (!over) {
        const [code] = await once(joinInProcess(), 'exit');
        if (code === 1) deaths++;
      }
    })();
    try {
      await expect
        .poll(async () => (await parkedOf(g.t.db)).map(({ label, reason }) => [label, reason]), {
          timeout: 150_000,
        })
        .toEqual([
          ['deadly', 'ENDED_THE_PROCESS'],
          ['2', 'BEHIND_PARKED'],
        ]);
      await expect.poll(seen, patiently).toEqual({ a: ['1'], c: ['1'] });
      expect(deaths).toBe(6); // once in a batch, then five times alone
    } finally {
      over = true;
      children.at(-1)?.kill();
      await lives;
    }
  }, 180_000);
});
