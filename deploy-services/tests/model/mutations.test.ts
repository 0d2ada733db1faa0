import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Mutation } from './mutations/mutation.js';
import { ofOrders } from './mutations/of-orders.js';
import { ofPayments } from './mutations/of-payments.js';
import { forgetfulBatch, ofStores } from './mutations/of-stores.js';
import { realRules } from './rules.js';
import { search, told } from './search.js';
import { smallClock, smallWorld } from './small-world.js';
import { stories } from './stories.js';
import { walk } from './walk.js';

const mutations = [...ofOrders, ...ofStores, ...ofPayments];

// What finds nothing proves nothing, unless it finds what is planted.
describe('the search finds out a service that', () => {
  test.each(mutations)('$name', ({ left, harm, rules }) => {
    const begin = [smallWorld([1, 1], left), smallWorld([1, 0], left)];
    const found = search(begin, { ...realRules, ...rules }, smallClock);
    expect(told(found)).toMatch(harm);
    expect(found.violation?.path.length).toBeGreaterThan(1);
  });
});

test('the search shows the shortest way to what it found', () => {
  const { rules } = mutations.find(({ name }) => name === 'lets a store ship before the capture') as Mutation;
  const { violation } = search([smallWorld([1, 1], {})], { ...realRules, ...rules }, smallClock);
  expect(violation).toEqual({
    what: 'order 1: a part was shipped before the order was paid',
    path: [
      'beginning 1',
      'store.reservations reads order 1: OrderPlaced',
      'order.saga reads stock 1: StockReserved',
      'payment.orders reads order 1: OrderPaymentRequested',
      'the provider gets authorize 1001: done',
      'authorize 1001 is settled: done',
      'order.saga reads payment 1: PaymentAuthorized',
      'store 1 ships its part of order 1',
    ],
  });
});

describe('the random walks find out a service that', () => {
  const planted = [
    ...mutations.filter(({ name }) =>
      ['closes with the first answer', 'reserves more than there is'].includes(name),
    ),
    { name: 'decides each order of a batch on the stock before the batch', rules: { store: forgetfulBatch } },
  ];
  test.each(planted)('$name, and tell the way', ({ rules }) => {
    const property = fc.property(stories, (story) => void walk(story, { ...realRules, ...rules }));
    const { failed, errorInstance } = fc.check(property, { seed: 7, numRuns: 200, endOnFailure: true });
    expect(failed).toBe(true);
    expect((errorInstance as Error).message).toMatch(/, by\n +1\. .+\n +2\. /);
  });
});
