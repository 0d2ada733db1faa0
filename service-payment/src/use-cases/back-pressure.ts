import { setTimeout as sleep } from 'node:timers/promises';
import { gauge } from '@msa-event-market/shared-sdk/metrics';
import type { Payments } from './ports.js';
import type { RunOperations } from './run-operations.js';

const open = gauge('payment_operations_open', 'Operations without an outcome, of all replicas');

export interface BackPressure {
  /** Resolves when there is room for more operations, or when one has waited long enough. */
  room(): Promise<void> | undefined;
  /** Counts what all replicas have open, to be called every second. */
  count(): Promise<void>;
}

/**
 * While the provider is slow or away, open operations pile up. Then the consumer waits before it takes more, but not
 * for ever: a cancellation behind it must come through. The wait holds a connection, too, since a consumer is first
 * asked when its transaction has begun; no payment is locked yet.
 */
export function backPressure({
  payments,
  operations,
  most,
  longestWaitMs = 2_000,
}: {
  payments: Pick<Payments, 'countOpen'>;
  operations: Pick<RunOperations, 'running'>;
  most: number;
  longestWaitMs?: number;
}): BackPressure {
  let counted = 0;
  const isFull = () => Math.max(counted, operations.running()) > most;

  return {
    room: () => (isFull() ? waitForRoom(isFull, longestWaitMs) : undefined),
    async count() {
      const { all, ofNewOrders } = await payments.countOpen();
      counted = ofNewOrders;
      open.set(all);
    },
  };
}

async function waitForRoom(isFull: () => boolean, longestMs: number): Promise<void> {
  const until = performance.now() + longestMs;
  while (isFull() && performance.now() < until) await sleep(50);
}
