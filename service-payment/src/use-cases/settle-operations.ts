import { together } from '@msa-event-market/shared-sdk/batching';
import { isTransient } from '@msa-event-market/shared-sdk/db';
import type { Logger } from '@msa-event-market/shared-sdk/logging';
import { counter } from '@msa-event-market/shared-sdk/metrics';
import type { AnsweredOperation, DueOperation, Payments } from './ports.js';

const lateSuccesses = counter(
  'late_success_total',
  'Operations that had been given up and had succeeded; each is voided or refunded',
);
const refundAlerts = counter(
  'refund_alert_total',
  'Refunds of a cancelled order that were refused for the fifth time or more',
);

export type Settle = (answered: AnsweredOperation) => Promise<DueOperation[]>;

/**
 * Step C: what the provider has said is written, and what follows from it is returned to be called. Answers that are
 * ready at the same time share one transaction. What cannot be written stays open and is settled by the executor.
 */
export function settleOperations({ payments, logger }: { payments: Payments; logger: Logger }): Settle {
  async function settle(answers: AnsweredOperation[]): Promise<DueOperation[]> {
    const { due, alerts } = await payments.settle(answers);
    for (const { alert, orderId } of alerts) {
      (alert === 'late_success' ? lateSuccesses : refundAlerts).inc();
      logger.error({ alert, orderId }, 'a payment needs a look');
    }
    return due;
  }

  return together(
    async (answers) => {
      try {
        const due = await settle(answers);
        return answers.map((_, index) => (index === 0 ? due : []));
      } catch (error) {
        if (answers.length === 1 || isTransient(error)) throw error;
        // One answer that cannot be written must not hold up the others.
        return await Promise.all(
          answers.map((answered) =>
            settle([answered]).catch((cause) => {
              logger.error(
                { err: cause, operationId: answered.operation.key },
                'an answer could not be settled',
              );
              return [];
            }),
          ),
        );
      }
    },
    { most: 500 },
  );
}
