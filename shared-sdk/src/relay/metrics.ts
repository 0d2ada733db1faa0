import { counter, gauge, histogram } from '../metrics/index.js';
import type { OutboxRow } from './follow.js';

const appended = counter('relay_events_total', 'Outbox rows carried into the log.', ['topic']);
const restarts = counter(
  'relay_restarts_total',
  'Times that the relay began again from the last durable place.',
);
const trimmed = counter('relay_trimmed_total', 'Events removed from the log after their retention.');
const delay = histogram(
  'relay_delay_seconds',
  'From the commit of an outbox row to the log, by the newest of a batch.',
);

const lag = gauge(
  'relay_slot_lag_bytes',
  'Changes that PostgreSQL keeps for the relay: beyond max_slot_wal_keep_size the slot is lost.',
  ['slot'],
);

export const relayMetrics = {
  appended(rows: OutboxRow[]) {
    for (const { aggregatetype } of rows) appended.inc({ topic: aggregatetype });
    const newest = rows.at(-1);
    if (newest) delay.observe(Math.max(0, Date.now() - Date.parse(newest.created_at)) / 1_000);
  },
  restarted: () => restarts.inc(),
  trimmed: (n: number) => trimmed.inc(n),
  lag: (slot: string, bytes: number) => lag.set({ slot }, bytes),
};
