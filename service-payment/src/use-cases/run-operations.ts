import type { Logger } from '@msa-event-market/shared-sdk/logging';
import { gauge, histogram } from '@msa-event-market/shared-sdk/metrics';
import { runInTrace } from '@msa-event-market/shared-sdk/tracing';
import type { Answer } from '../domain/model.js';
import type { DueOperation, PaymentProvider, TakenOperation } from './ports.js';
import type { Settle } from './settle-operations.js';

const running = gauge('payment_operations_running', 'Operations that this process is carrying out');
const seconds = histogram('payment_provider_seconds', 'Calls of the payment provider', ['kind', 'result']);

export interface RunOperations {
  /** Step B of operations whose step A is committed. Returns at once; what happens is settled, and so is what follows. */
  run(operations: readonly DueOperation[]): void;
  /** The executor's step B: asks first what became of the operation, and calls only if the provider does not know it. */
  resume(operations: readonly TakenOperation[]): void;
  running(): number;
  /** Resolves when nothing is under way any more. */
  idle(): Promise<void>;
}

/** Calls the provider, outside of every transaction and of every consumer's loop. */
export function runOperations({
  provider,
  settle,
  timeoutSeconds,
  logger,
}: {
  provider: PaymentProvider;
  settle: Settle;
  timeoutSeconds: number;
  logger: Logger;
}): RunOperations {
  const underWay = new Set<Promise<void>>();

  async function call(operation: DueOperation): Promise<Answer> {
    const { kind, traceparent, ...request } = operation;
    return runInTrace(traceparent, `provider ${kind}`, () =>
      ask(operation, kind, (signal) => provider[kind](request, signal)),
    );
  }

  async function queryThenCall(operation: TakenOperation): Promise<Answer> {
    const known = await ask(
      operation,
      'query',
      async (signal): Promise<Answer> =>
        (await provider.query(operation.key, signal)) ?? { result: 'absent' },
    );
    const { mayCall, ...due } = operation;
    return known.result === 'absent' && mayCall ? call(due) : known;
  }

  /** No answer in time is no answer: it says nothing about what the provider has done. */
  async function ask(
    { key, orderId }: DueOperation,
    kind: string,
    question: (signal: AbortSignal) => Promise<Answer>,
  ): Promise<Answer> {
    const signal = AbortSignal.timeout(timeoutSeconds * 1000);
    const stop = seconds.startTimer({ kind });
    try {
      const answer = await Promise.race([question(signal), endOf(signal)]);
      stop({ result: answer.result });
      return answer;
    } catch (error) {
      stop({ result: 'unknown' });
      logger.warn({ err: error, kind, operationId: key, orderId }, 'the provider did not answer');
      return { result: 'unknown', reason: signal.aborted ? 'TIME_OUT' : 'NO_ANSWER' };
    }
  }

  function start<O extends DueOperation>(
    operations: readonly O[],
    step: (operation: O) => Promise<Answer>,
  ): void {
    for (const operation of operations) {
      const work = step(operation)
        .then((answer) => settle({ operation, answer }))
        .then((due) => start(due, call))
        .catch((error) => {
          const { key, orderId } = operation;
          logger.error({ err: error, operationId: key, orderId }, 'not settled, left to the executor');
        })
        .finally(() => {
          underWay.delete(work);
          running.set(underWay.size);
        });
      underWay.add(work);
    }
    running.set(underWay.size);
  }

  return {
    run: (operations) => start(operations, call),
    resume: (operations) => start(operations, queryThenCall),
    running: () => underWay.size,
    async idle() {
      while (underWay.size > 0) await Promise.all(underWay);
    },
  };
}

const endOf = (signal: AbortSignal): Promise<never> =>
  new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason), { once: true }));
