import type { Payments } from './ports.js';
import type { RunOperations } from './run-operations.js';

const BATCH = 100;

/**
 * Looks after what nobody else does: operations whose caller died or got no answer, refunds that wait for their next
 * try, and abandoned operations that may have succeeded after all.
 */
export const executeDue =
  ({ payments, operations, most }: { payments: Payments; operations: RunOperations; most: number }) =>
  async (): Promise<void> => {
    // No more than can be under way: a taken operation that waits here would outlive its lease.
    while (operations.running() < most) {
      const taken = await payments.takeDue(BATCH);
      operations.resume(taken);
      if (taken.length < BATCH) return;
    }
  };
