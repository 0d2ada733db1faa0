import { type GrpcClient, grpcClient } from '@msa-event-market/shared-sdk/grpc';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type OrderApp, orderApp, orderBody, someone } from '../order-app.js';

let app: OrderApp;
let client: GrpcClient<'market.order.v1.OrderService'>;
const buyer = someone();
let token: string;
let strangers: string;
beforeAll(async () => {
  app = await orderApp();
  client = grpcClient('market.order.v1.OrderService', (await app.service.start()).grpc);
  [token, strangers] = await Promise.all([app.tokenOf(buyer), app.tokenOf(someone())]);
});
afterAll(async () => {
  client.close();
  await app.stop();
});

test('the same rules as over REST: who, what, and how it is said', async () => {
  const request = { ...orderBody(app.forSale()), idempotencyKey: 'k1' };
  await expect(client.PlaceOrder(request)).rejects.toMatchObject({
    code: 'UNAUTHORIZED',
    kind: 'unauthenticated',
  });
  await expect(client.PlaceOrder({ ...request, idempotencyKey: '' }, { token })).rejects.toMatchObject({
    code: 'INVALID_REQUEST',
    fields: [{ pointer: '/idempotencyKey' }],
  });
  await expect(client.PlaceOrder({ ...request, items: [] }, { token })).rejects.toMatchObject({
    fields: [{ pointer: '/items' }],
  });
  await expect(
    client.PlaceOrder({ ...request, expectedTotal: 1_000_000_000_001 }, { token }),
  ).rejects.toMatchObject({ fields: [{ pointer: '/expectedTotal' }] });
  await expect(client.GetOrder({ id: 'x' }, { token })).rejects.toMatchObject({
    fields: [{ pointer: '/id' }],
  });
});

test('an order is placed once for a key, read with its history, listed and cancelled', async () => {
  const request = { ...orderBody(app.forSale(1_500)), idempotencyKey: 'k2', expectedTotal: 3_000 };
  const { order } = await client.PlaceOrder(request, { token });
  expect(order).toMatchObject({
    status: 'ORDER_STATUS_PENDING',
    total: { amount: 3_000, currency: 'EUR' },
    userId: buyer.userId,
  });
  const id = order?.id as string;
  expect((await client.PlaceOrder(request, { token })).order?.id).toBe(id);
  await expect(client.PlaceOrder({ ...request, paymentMethod: 'pm_other' }, { token })).rejects.toMatchObject(
    { code: 'IDEMPOTENCY_KEY_REUSED' },
  );

  const read = await client.GetOrder({ id }, { token });
  expect(read.history).toMatchObject([
    { trigger: 'Place', message: 'OrderPlaced', to: 'ORDER_STATUS_PENDING' },
  ]);
  await expect(client.GetOrder({ id }, { token: strangers })).rejects.toMatchObject({
    code: 'NOT_FOUND_ORDER',
    kind: 'not_found',
  });

  const none = { status: 'ORDER_STATUS_UNSPECIFIED' as const, limit: 0, cursor: '' };
  expect((await client.ListOrder(none, { token })).orders.map((one) => one.id)).toEqual([id]);
  expect((await client.ListOrder({ ...none, status: 'ORDER_STATUS_SHIPPED' }, { token })).orders).toEqual([]);

  expect((await client.CancelOrder({ id }, { token })).order?.status).toBe('ORDER_STATUS_CANCELLING');
  await expect(client.ListOrder({ ...none, userId: someone().userId }, { token })).rejects.toMatchObject({
    code: 'FORBIDDEN',
  });
  await expect(
    client.ShipOrder({ id, storeId: request.items[0]?.storeId as string }, { token }),
  ).rejects.toMatchObject({ code: 'FORBIDDEN', kind: 'forbidden' });
  await expect(client.DeliverOrder({ id, storeId: id }, { token })).rejects.toMatchObject({
    code: 'NOT_FOUND_STORE_IN_ORDER',
    kind: 'not_found',
  });
});
