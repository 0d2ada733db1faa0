import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { AnsweredOperation, DueOperation, PaymentProvider } from '../../src/use-cases/ports.js';
import {
  type Databases,
  type Death,
  eventually,
  look,
  order,
  paymentDatabases,
  paymentProcess,
} from '../payment-process.js';

let databases: Databases;
let seen: ReturnType<typeof look>;
beforeAll(async () => {
  databases = await paymentDatabases();
  seen = look(databases);
});
afterAll(() => databases.drop());

/** Counts what reaches the provider. */
function counting(provider: PaymentProvider) {
  const calls: string[] = [];
  const counted =
    (kind: 'authorize' | 'capture' | 'void' | 'refund'): PaymentProvider[typeof kind] =>
    (call, signal) => {
      calls.push(kind);
      return provider[kind](call, signal);
    };
  const counting: PaymentProvider = {
    authorize: counted('authorize'),
    capture: counted('capture'),
    void: counted('void'),
    refund: counted('refund'),
    query: (key, signal) => {
      calls.push('query');
      return provider.query(key, signal);
    },
  };
  return { calls, provider: counting };
}

/** A second process, which finds what the first has left. */
function survivor() {
  const { calls, provider } = counting(paymentProcess(databases).provider);
  return { calls, ...paymentProcess(databases, { provider }) };
}

describe('a process that dies', () => {
  test.each<[Exclude<Death, undefined>, string[], string[]]>([
    ['before B', [], ['query', 'authorize']],
    ['in B, the call lost', [], ['query', 'authorize']],
    ['before C', ['authorize done 100'], ['query']],
  ])(
    '%s leaves an operation under a lease; then it is asked about, and called only if nobody knows it',
    async (death, book, calls) => {
      const o = order();
      await paymentProcess(databases, { dies: death }).deliver(o.requested());
      await eventually(async () => expect(await seen.book(o.id)).toEqual(book));
      expect(await seen.steps(o.id)).toEqual(['authorize: PENDING']);

      const other = survivor();
      await other.execute();
      expect(other.calls).toEqual([]); // the lease runs

      await seen.passTime(o.id, 31);
      await other.execute();
      expect(other.calls).toEqual(calls);
      expect(await seen.steps(o.id)).toEqual(['authorize: DONE']);
      expect(await seen.said(o.id)).toEqual(['PaymentAuthorized']);
      expect(await seen.book(o.id)).toEqual(['authorize done 100']);
    },
  );

  test.each<Exclude<Death, undefined>>(['before B', 'in B, the call lost', 'before C'])(
    '%s at a capture captures once',
    async (death) => {
      const o = order();
      await paymentProcess(databases).handle(o.requested());
      await paymentProcess(databases, { dies: death }).deliver(o.confirmed());
      if (death === 'before C') await eventually(async () => expect(await seen.book(o.id)).toHaveLength(2));
      await seen.passTime(o.id, 31);
      await survivor().execute();
      expect(await seen.payment(o.id)).toMatchObject({ status: 'CAPTURED', captured: 100 });
      expect(await seen.ledger(o.id)).toHaveLength(1);
      expect(await seen.book(o.id)).toEqual(['authorize done 100', 'capture done 100']);
    },
  );

  test('between two steps of a cancellation leaves the rest to others', async () => {
    const o = order();
    const first = paymentProcess(databases);
    await first.handle(o.requested());
    await first.handle(o.confirmed());
    await paymentProcess(databases, { dies: 'before B' }).deliver(o.cancelling());
    await seen.passTime(o.id, 31);
    await survivor().execute();
    expect(await seen.said(o.id)).toEqual(['PaymentAuthorized', 'PaymentCaptured', 'PaymentCancelled']);
    expect(await seen.book(o.id)).toEqual(['authorize done 100', 'capture done 100', 'refund done 100']);
  });

  test('before the consumer commits has done nothing, and the event comes again', async () => {
    const o = order();
    const requested = o.requested();
    await expect(
      databases.db.transaction(async (tx) => {
        const process = paymentProcess(databases);
        const locked = await process.payments.lock(tx, [o.id]);
        const { userId } = o;
        const trigger = { type: 'OrderCancelling', paymentId: o.id, orderId: o.id, userId } as const;
        process.payments.changeMany(tx, locked, new Map([[o.id, [{ trigger, traceparent: null }]]]));
        throw new Error('killed');
      }),
    ).rejects.toThrow('killed');
    expect(await seen.payment(o.id)).toBeUndefined();
    await paymentProcess(databases).handle(requested);
    expect(await seen.said(o.id)).toEqual(['PaymentAuthorized']);
  });
});

describe('an answer', () => {
  async function authorising(
    method?: string,
  ): Promise<{ o: ReturnType<typeof order>; operation: DueOperation }> {
    const o = order({ method });
    const process = paymentProcess(databases, { dies: 'before B' });
    await process.deliver(o.requested());
    const { id } = await seen.operation(o.id);
    const operation: DueOperation = {
      key: id,
      kind: 'authorize',
      amount: 100,
      currency: 'EUR',
      method: 'pm_card_visa',
      orderId: o.id,
      traceparent: null,
    };
    return { o, operation };
  }
  const authorised = (operation: DueOperation): AnsweredOperation => ({
    operation,
    answer: { result: 'done', providerRef: 'ref' },
  });

  test('whose commit nobody heard of is settled again without effect', async () => {
    const { o, operation } = await authorising();
    const process = paymentProcess(databases);
    await process.payments.settle([authorised(operation)]);
    await process.payments.settle([authorised(operation)]);
    expect(await seen.said(o.id)).toEqual(['PaymentAuthorized']);
    expect(await seen.payment(o.id)).toMatchObject({ version: 1 });
  });

  test('that comes from two callers at once is settled by one of them', async () => {
    const { o, operation } = await authorising();
    const [a, b] = [paymentProcess(databases), paymentProcess(databases)];
    await Promise.all([
      ...[1, 2, 3].map(() => a.settle(authorised(operation))),
      ...[1, 2, 3].map(() => b.settle(authorised(operation))),
    ]);
    expect(await seen.said(o.id)).toEqual(['PaymentAuthorized']);
  });

  test('meets a cancellation at the same moment: whoever is second sees what the first did', async () => {
    for (let i = 0; i < 25; i++) {
      const { o, operation } = await authorising();
      const [settler, canceller] = [paymentProcess(databases), paymentProcess(databases)];
      await Promise.all([
        settler.settle(authorised(operation)).then((due) => settler.operations.run(due)),
        canceller.handle(o.cancelling()),
      ]);
      await settler.operations.idle();
      await canceller.operations.idle();
      // The sandbox was never asked to authorise, so it refuses the void: only that it was asked for matters.
      expect(await seen.steps(o.id)).toEqual(['authorize: DONE', 'void: UNKNOWN']);
      expect(await seen.payment(o.id)).toMatchObject({ status: 'AUTHORIZED', goal: 'CANCEL' });
    }
  });

  test('that cannot be written does not hold up the others', async () => {
    const [good, bad] = [await authorising(), await authorising()];
    const process = paymentProcess(databases);
    const unwritable = {
      ...authorised(bad.operation),
      answer: { result: 'done', providerRef: '\0' },
    } as const;
    await Promise.all([process.settle(authorised(good.operation)), process.settle(unwritable)]);
    expect(await seen.said(good.o.id)).toEqual(['PaymentAuthorized']);
    expect(await seen.steps(bad.o.id)).toEqual(['authorize: PENDING']);
  });
});

test('an old caller that is slow and an executor that took over share one key, and one effect', async () => {
  const o = order();
  const { provider } = paymentProcess(databases);
  let release = () => {};
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  const late = paymentProcess(databases, {
    provider: {
      ...provider,
      async authorize(call, signal) {
        await held;
        return provider.authorize(call, signal);
      },
    },
  });
  await late.deliver(o.requested());
  await seen.passTime(o.id, 31);
  await survivor().execute();
  release();
  await late.operations.idle();
  expect(await seen.said(o.id)).toEqual(['PaymentAuthorized']);
  expect(await seen.book(o.id)).toEqual(['authorize done 100']);
});
