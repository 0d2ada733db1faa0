import { expect, test } from 'vitest';
import type { AnsweredOperation, DueOperation, PaymentProvider } from '../../src/use-cases/ports.js';
import { runOperations } from '../../src/use-cases/run-operations.js';
import { logger } from '../payment-process.js';

const never = new Promise<never>(() => {});
const done = async () => ({ result: 'done', providerRef: 'ref' }) as const;
const willing: PaymentProvider = {
  authorize: done,
  capture: done,
  void: done,
  refund: done,
  query: async () => undefined,
};

const operation = (more: Partial<DueOperation> = {}): DueOperation => ({
  key: 'key',
  kind: 'authorize',
  orderId: 'order',
  method: 'pm_card_visa',
  amount: 1,
  currency: 'EUR',
  traceparent: null,
  ...more,
});

function runner(
  provider: Partial<PaymentProvider>,
  follow: (answered: AnsweredOperation) => DueOperation[] = () => [],
) {
  const answers: AnsweredOperation[] = [];
  const settle = async (answered: AnsweredOperation) => {
    answers.push(answered);
    return follow(answered);
  };
  const operations = runOperations({
    provider: { ...willing, ...provider },
    settle,
    timeoutSeconds: 0.1,
    logger,
  });
  return { operations, answers };
}

test('a provider that never answers, and does not mind the signal, is given up in time', async () => {
  const { operations, answers } = runner({ authorize: () => never });
  operations.run([operation()]);
  expect(operations.running()).toBe(1);
  await operations.idle();
  expect(answers).toMatchObject([{ answer: { result: 'unknown', reason: 'TIME_OUT' } }]);
  expect(operations.running()).toBe(0);
});

test('a query that fails tells nothing, and nothing is called', async () => {
  const calls: string[] = [];
  const { operations, answers } = runner({
    query: async () => {
      throw new Error('503');
    },
    capture: async () => {
      calls.push('capture');
      return done();
    },
  });
  operations.resume([{ ...operation({ kind: 'capture' }), mayCall: true }]);
  await operations.idle();
  expect(answers).toMatchObject([{ answer: { result: 'unknown', reason: 'NO_ANSWER' } }]);
  expect(calls).toEqual([]);
});

test('what the provider does not know is called only if it may be', async () => {
  const { operations, answers } = runner({});
  operations.resume([
    { ...operation({ key: 'may' }), mayCall: true },
    { ...operation({ key: 'may not' }), mayCall: false },
  ]);
  await operations.idle();
  const results = Object.fromEntries(answers.map(({ operation: { key }, answer }) => [key, answer.result]));
  expect(results).toEqual({ may: 'done', 'may not': 'absent' });
});

test('one that hangs does not hold up the others that began with it', async () => {
  const { operations, answers } = runner({ capture: () => never });
  operations.run([operation({ kind: 'capture' }), operation({ key: 'quick' })]);
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(answers.map(({ operation: { key } }) => key)).toEqual(['quick']);
  await operations.idle();
});

test('what follows from an answer is called too, before the runner is idle', async () => {
  const { operations, answers } = runner({}, ({ operation: { kind } }) =>
    kind === 'authorize' ? [operation({ kind: 'void', key: 'void' })] : [],
  );
  operations.run([operation()]);
  await operations.idle();
  expect(answers.map(({ operation: { kind } }) => kind)).toEqual(['authorize', 'void']);
});

test('an answer that cannot be settled ends the operation here; it stays open for the executor', async () => {
  const { operations } = runner({}, () => {
    throw new Error('the database is away');
  });
  operations.run([operation()]);
  await expect(operations.idle()).resolves.toBeUndefined();
});
