import type { Logger } from '@msa-event-market/shared-sdk/logging';
import { gauge, histogram } from '@msa-event-market/shared-sdk/metrics';
import { runInTrace } from '@msa-event-market/shared-sdk/tracing';
import type { Answer } from '../domain/model.js';
import { type Patience, patience } from './patience.js';
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

  async function call(operation: DueOperation, time: Patience): Promise<Answer> {
    const { kind, traceparent, ...request } = operation;
    return runInTrace(traceparent, `provider ${kind}`, () =>
      ask(operation, kind, time, (signal) => provider[kind](request, signal)),
    );
  }

  async function queryThenCall(operation: TakenOperation, time: Patience): Promise<Answer> {
    const { mayCall, ...due } = operation;
    const known = await ask(
      due,
      'query',
      time,
      async (signal): Promise<Answer> => (await provider.query(due.key, signal)) ?? { result: 'absent' },
    );
    if (known.result !== 'absent' || !mayCall) return known;
    const again = patience(timeoutSeconds);
    return call(due, again).finally(again.end);
  }

  /** No answer in time is no answer: it says nothing about what the provider has done. */
  async function ask(
    { key, orderId }: DueOperation,
    kind: string,
    { signal, within }: Patience,
    question: (signal: AbortSignal) => Promise<Answer>,
  ): Promise<Answer> {
    const stop = seconds.startTimer({ kind });
    try {
      const answer = await within(question(signal));
      stop({ result: answer.result });
      return answer;
    } catch (error) {
      stop({ result: 'unknown' });
      const reason = signal.aborted ? 'TIME_OUT' : 'NO_ANSWER';
      const failure = signal.aborted ? {} : { err: error };
      logger.warn({ kind, operationId: key, orderId, reason, ...failure }, 'the outcome is not known');
      return { result: 'unknown', reason };
    }
  }

  function start<O extends DueOperation>(
    operations: readonly O[],
    step: (operation: O, time: Patience) => Promise<Answer>,
  ): void {
    if (operations.length === 0) return;
    const time = patience(timeoutSeconds);
    const answers = operations.map((operation) => {
      const answer = step(operation, time);
      const work = answer
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
      return answer;
    });
    running.set(underWay.size);
    Promise.allSettled(answers).then(time.end);
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
