import { uuidv7 } from '@msa-event-market/shared-sdk/db';
import { deliver } from '@msa-event-market/shared-sdk/testing';
import { afterAll, describe, expect, test } from 'vitest';
import { sagaConsumer } from '../../src/consumers/saga.js';
import { orderRepository } from '../../src/db/order-repository.js';
import { answer } from '../db/orders-database.js';
import { orderApp, orderBody, someone } from '../order-app.js';

const app = await orderApp();
afterAll(() => app.stop());
const saga = sagaConsumer({ orders: orderRepository(app.db, { deadlineSeconds: 900 }) });

const people = { stranger: someone(), buyer: someone(), seller: someone(), admin: someone('admin') };
const mug = app.forSale(1_000, { sellerId: people.seller.userId });
const { storeId } = mug;
const buyers = people.buyer.userId;

interface Asked {
  query?: string;
  body?: unknown;
  /** Brings a paid order to where this is possible. */
  before?: (id: string) => Promise<unknown>;
  answers: Record<'anonymous' | keyof typeof people, number>;
}
const ofSeller = { anonymous: 401, stranger: 404, buyer: 403, seller: 200, admin: 200 };
const table: Record<string, Asked> = {
  placeOrder: {
    body: orderBody(mug),
    answers: { anonymous: 401, stranger: 201, buyer: 201, seller: 201, admin: 201 },
  },
  listOrders: {
    query: `?userId=${buyers}`,
    answers: { anonymous: 401, stranger: 403, buyer: 200, seller: 403, admin: 200 },
  },
  getOrder: { answers: { anonymous: 401, stranger: 404, buyer: 200, seller: 200, admin: 200 } },
  cancelOrder: { answers: { anonymous: 401, stranger: 404, buyer: 202, seller: 404, admin: 202 } },
  shipOrder: { body: { storeId }, answers: ofSeller },
  deliverOrder: {
    body: { storeId },
    before: (id) => app.ask('POST', `/v1/orders/${id}/ship`, { as: people.seller, body: { storeId } }),
    answers: ofSeller,
  },
};

const { body: document } = await app.ask('GET', '/v1/swagger/spec');
const operations = Object.entries<object>(document.paths).flatMap(([path, methods]) =>
  Object.entries<{ operationId: string }>(methods as never).map(([method, { operationId }]) => ({
    operationId,
    method: method.toUpperCase() as 'GET' | 'POST',
    path,
  })),
);

test('every operation of the document is in the table, and no other', () => {
  expect(operations.map(({ operationId }) => operationId).sort()).toEqual(Object.keys(table).sort());
});

describe.each(operations)('$operationId', ({ operationId, method, path }) => {
  const { query = '', body, before, answers } = table[operationId] ?? { answers: {} };
  test.each(Object.entries(answers))('as %s is answered with %i', async (who, expected) => {
    const { id } = (await app.place(people.buyer, orderBody(mug))).body;
    await deliver(app.db, saga, [
      answer('StockReserved', id),
      answer('PaymentAuthorized', id),
      answer('PaymentCaptured', id),
    ]);
    await before?.(id);
    const { status, body: answered } = await app.ask(method, path.replace('{orderId}', id) + query, {
      as: people[who as keyof typeof people],
      body,
      headers: { 'idempotency-key': uuidv7() },
    });
    expect({ status, code: answered.code }).toEqual({
      status: expected,
      code: { 401: 'UNAUTHORIZED', 403: 'FORBIDDEN', 404: 'NOT_FOUND_ORDER' }[expected],
    });
  });
});
