import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually, type RunningMarket, startMarket } from './market.js';
import { somebody } from './people.js';

// Where every service has its own reader, one of them may have nothing to read for days while the others are busy.

describe('the slot of a service that sends nothing', () => {
  let market: RunningMarket;

  beforeAll(async () => {
    market = await startMarket();
  });
  afterAll(() => market.stop());

  const slotFollowsBeyond = (lsn: string) =>
    eventually(async () => {
      await market.sql('auth', 'SELECT pg_log_standby_snapshot()'); // PostgreSQL does so by itself, but seldom
      const [slot] = await market.sql<{ follows: boolean }>(
        'auth',
        `SELECT restart_lsn > $1 AS follows FROM pg_replication_slots WHERE slot_name = 'auth_outbox'`,
        [lsn],
      );
      expect(slot).toEqual({ follows: true });
    }, 90_000);

  async function everythingArrives(): Promise<void> {
    await somebody(market);
    const report = await market.check();
    expect(report.results.filter(({ violations, skipped }) => violations.length > 0 || skipped)).toEqual([]);
  }

  const wal = async () =>
    (await market.sql<{ lsn: string }>('auth', 'SELECT pg_current_wal_lsn()::text AS lsn'))[0]?.lsn as string;

  it('lets PostgreSQL remove its WAL, and is never further than its connector remembers', async () => {
    await slotFollowsBeyond(await wal());
    await market.kill('relay');
    await everythingArrives();

    await slotFollowsBeyond(await wal());
    await market.restart();
    await everythingArrives();
  }, 300_000);
});
