import { counter, gauge, histogram } from '../metrics/index.js';
import type { Message } from './message.js';

const consumed = counter('events_consumed_total', 'Messages by what became of them.', [
  'group',
  'type',
  'outcome',
]);
const parked = counter('events_parked_total', 'Messages parked, by reason.', ['group', 'reason']);
const retries = counter('events_retries_total', 'Times that a batch waited for an outage to pass.', [
  'group',
]);
const lag = gauge('events_lag', 'Messages of the group that are not yet done.', ['group']);
const age = histogram(
  'events_age_seconds',
  'From the commit that caused a message to the commit of its effect, by the newest message of a batch.',
  ['group'],
);
const sizes = histogram(
  'events_batch_size',
  'New messages in a transaction.',
  ['group'],
  [1, 2, 5, 10, 20, 50, 100, 200, 500],
);

export interface EventMetrics {
  handled(fresh: Message[], known: number): void;
  skipped(n: number): void;
  parked(reason: string): void;
  retried(): void;
  lag(messages: number): void;
}

export function metricsOf(group: string): EventMetrics {
  return {
    handled(fresh, known) {
      for (const { type } of fresh) consumed.inc({ group, type, outcome: 'applied' });
      if (known > 0) consumed.inc({ group, type: '', outcome: 'known' }, known);
      const newest = fresh.at(-1);
      if (!newest) return;
      sizes.observe({ group }, fresh.length);
      age.observe({ group }, Math.max(0, Date.now() - Date.parse(newest.occurredAt)) / 1_000);
    },
    skipped(n) {
      if (n > 0) consumed.inc({ group, type: '', outcome: 'skipped' }, n);
    },
    parked: (reason) => parked.inc({ group, reason }),
    retried: () => retries.inc({ group }),
    lag: (messages) => lag.set({ group }, messages),
  };
}
