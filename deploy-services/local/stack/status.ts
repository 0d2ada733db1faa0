import { withClient } from '../check/pg-client.js';
import type { LogPlace, MarketFile } from '../market-file.js';
import { serviceNames } from '../topology.js';
import { connectRest } from './connect-rest.js';
import { lagOfGroups } from './lag.js';
import { slotOf } from './outboxes.js';
import { gapsOf, inWords } from './repair-topics.js';
import { describedTopics, kafkaAt, wrongTopics } from './topics.js';

export interface Line {
  well: boolean;
  text: string;
}

const mebibyte = 1_048_576;
/** PostgreSQL gives a slot up when it holds back more than max_slot_wal_keep_size, 4 GB. */
const alarmingWal = 1_024 * mebibyte;

/** What only the stack has: connectors, their slots, the topics, and how far the consumers are behind. */
export async function stackStatus({ urls, databases, log }: MarketFile): Promise<Line[]> {
  const parts = await Promise.all([
    telling('connectors', () => connectors(urls.relay.admin)),
    telling('slots', () => slots(databases.check.order)),
    telling('topics', () => topics(log as Extract<LogPlace, { kind: 'kafka' }>)),
  ]);
  return parts.flat();
}

/** What cannot be asked is not well either, and the rest is still of interest. */
const telling = (what: string, ask: () => Promise<Line[]>): Promise<Line[]> =>
  ask().catch((error: Error) => [{ well: false, text: `${what.padEnd(16)} ${error.message}` }]);

const connectors = (url: string): Promise<Line[]> =>
  Promise.all(
    serviceNames.map(async (name) => {
      const { state, parts, reason } = await connectRest(url).status(name);
      const text = `connector ${name.padEnd(8)} ${parts}${reason ? `: ${reason}` : ''}`;
      return { well: state === 'RUNNING', text };
    }),
  );

interface Slot {
  slot_name: string;
  active: boolean;
  wal_status: string;
  behind: string;
}

async function slots(url: string): Promise<Line[]> {
  const ask = `SELECT slot_name, active, wal_status, pg_wal_lsn_diff(pg_current_wal_lsn(), confirmed_flush_lsn) AS behind
    FROM pg_replication_slots`;
  const { rows } = await withClient(url, (client) => client.query<Slot>(ask), 3_000);
  return serviceNames.map((name) => {
    const slot = rows.find(({ slot_name }) => slot_name === slotOf(name));
    const label = `slot ${slotOf(name).padEnd(15)}`;
    if (!slot) return { well: false, text: `${label} is gone: see deploy-services/docs/stack.md` };
    const behind = Number(slot.behind);
    return {
      well: slot.active && slot.wal_status !== 'lost' && behind < alarmingWal,
      text: `${label} ${slot.active ? 'read' : 'read by nobody'}, ${(behind / mebibyte).toFixed(1)} MB behind, WAL ${slot.wal_status}`,
    };
  });
}

async function topics({ broker }: Extract<LogPlace, { kind: 'kafka' }>): Promise<Line[]> {
  const admin = kafkaAt(broker).admin();
  await admin.connect();
  try {
    const wrong = await wrongTopics(admin, describedTopics());
    const gaps = (await gapsOf(admin)).map(inWords);
    const groups = await lagOfGroups(admin);
    return [
      ...[...wrong, ...gaps].map((text) => ({ well: false, text })),
      ...groups.map(({ group, members, unread }) => ({
        well: members > 0,
        text: `group ${group.padEnd(20)} ${members} member${members === 1 ? '' : 's'}, ${unread} events behind`,
      })),
    ];
  } finally {
    await admin.disconnect();
  }
}
