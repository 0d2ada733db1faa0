import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { type Person, somebody, theAdmin } from '../system/people.js';
import type { MarketInProcess } from './market-in-process.js';

/** A believable little history: every way that an order can go, by the services themselves. */
export async function makeHistory(market: MarketInProcess, adminUrl: string): Promise<void> {
  await market.start('auth', 'store', 'order');
  const [buyer, leaving, seller, other] = (await Promise.all(
    [1, 2, 3, 4].map(() => somebody(market.addresses)),
  )) as [Person, Person, Person, Person];
  const [store, otherStore, closing] = await Promise.all([
    seller.openStore(),
    other.openStore(),
    other.openStore(),
  ]);
  const [mug, lamp, rare, old] = await Promise.all([
    seller.addProduct(store, 100),
    other.addProduct(otherStore, 100, 2_500),
    other.addProduct(otherStore, 1),
    other.addProduct(closing, 5),
  ]);

  // Two whose payment nobody has heard of yet: one is past its deadline, the other is cancelled.
  const late = await buyer.order([{ product: mug }, { product: lamp }]);
  const unpaid = await buyer.order([{ product: mug, quantity: 2 }]);
  await Promise.all([late, unpaid].map(({ id }) => buyer.until(id, 'RESERVED')));
  await sql(
    adminUrl,
    `UPDATE orders.orders SET deadline_at = now() - interval '1 second' WHERE id = '${late.id}'`,
  );
  await buyer.cancel(unpaid.id);
  await Promise.all([late, unpaid].map(({ id }) => buyer.until(id, 'CANCELLING')));
  await market.start('payment');
  await buyer.until(late.id, 'EXPIRED');
  await buyer.until(unpaid.id, 'CANCELLED');

  const tooMany = await buyer.order([{ product: mug }, { product: rare, quantity: 2 }]);
  const declined = await buyer.order([{ product: mug }], { method: 'pm_card_declined' });
  const failing = await buyer.order([{ product: lamp }], { method: 'pm_card_capture_fails' });
  const [delivered, shipped, half, kept, cancelled, ofLeaving, ofClosing] = await Promise.all([
    paid(buyer, [{ product: mug, quantity: 2 }, { product: lamp }]),
    paid(buyer, [{ product: mug }, { product: lamp }]),
    paid(buyer, [{ product: mug }, { product: lamp }]),
    paid(buyer, [{ product: rare }]),
    paid(buyer, [{ product: lamp, quantity: 3 }]),
    paid(leaving, [{ product: lamp }]),
    paid(buyer, [{ product: old, quantity: 2 }]),
  ]);
  for (const id of [delivered, shipped, half]) await seller.ship(id, store.id);
  for (const id of [delivered, shipped]) await other.ship(id, otherStore.id);
  await seller.deliver(delivered, store.id);
  await other.deliver(delivered, otherStore.id);

  const admin = await theAdmin(market.addresses);
  await refund(admin, kept, 300);
  await buyer.cancel(cancelled);
  await seller.call('store', 'POST', `/v1/stores/${store.id}/products/${mug.id}/quantity/increase`, {
    quantity: 5,
  });
  await leaving.call('auth', 'DELETE', '/v1/users/me');
  await other.call('store', 'DELETE', `/v1/stores/${closing.id}`);
  await Promise.all([
    ...[tooMany.id, declined.id].map((id) => buyer.until(id, 'REJECTED')),
    ...[failing.id, cancelled, ofClosing].map((id) => buyer.until(id, 'CANCELLED')),
    admin.until(ofLeaving, 'CANCELLED'),
  ]);
}

async function paid(buyer: Person, items: Parameters<Person['order']>[0]): Promise<string> {
  const { id } = await buyer.order(items);
  await buyer.paid(id);
  return id;
}

async function refund(admin: Person, orderId: string, amount: number): Promise<void> {
  const { body } = await admin.call<{ payments: { id: string }[] }>(
    'payment',
    'GET',
    `/v1/payments?orderId=${orderId}`,
  );
  const key = { 'idempotency-key': randomUUID() };
  await admin.call('payment', 'POST', `/v1/payments/${body.payments[0]?.id}/refunds`, { amount }, key);
}

export async function sql(url: string, text: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(text);
  } finally {
    await client.end();
  }
}
