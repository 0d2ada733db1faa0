import { uuidv7 } from '@msa-event-market/shared-sdk/db';
import { message, testDatabase } from '@msa-event-market/shared-sdk/testing';
import type { NewOrder } from '../../src/domain/placing.js';

export const ordersDatabase = () =>
  testDatabase({
    service: 'order',
    schema: 'orders',
    migrations: new URL('../../migrations/', import.meta.url),
  });

/** An order over two stores, ready to be placed. */
export function newOrder(more: Partial<NewOrder> = {}): NewOrder {
  const [first, second] = [uuidv7(), uuidv7()];
  return {
    id: uuidv7(),
    userId: uuidv7(),
    key: uuidv7(),
    bodyHash: 'hash',
    lines: [
      { storeId: first, productId: uuidv7(), name: 'Mug', quantity: 2, unitPrice: 1_000 },
      { storeId: second, productId: uuidv7(), name: 'Lamp', quantity: 1, unitPrice: 2_200 },
    ],
    sellers: new Map([
      [first, uuidv7()],
      [second, uuidv7()],
    ]),
    total: 4_200,
    currency: 'EUR',
    method: 'pm_card_visa',
    address: { name: 'Alice', street: 'Lindenstrasse 4', city: 'Berlin', zip: '10969', country: 'DE' },
    ...more,
  };
}

const paymentId = uuidv7();
const payloads = {
  StockReserved: {},
  StockRejected: { reason: 'OUT_OF_STOCK', lines: [] },
  StockReleased: { restocked: false },
  PaymentAuthorized: { paymentId, amount: 4_200, currency: 'EUR' },
  PaymentDeclined: { paymentId, reason: 'card_declined' },
  PaymentCaptured: { paymentId, amount: 4_200, currency: 'EUR' },
  PaymentCaptureFailed: { paymentId, reason: 'lapsed' },
  PaymentCancelled: { paymentId, how: 'voided', net: 0 },
} as const;

/** What service-store or service-payment answers to an order. */
export const answer = (type: keyof typeof payloads, orderId: string) =>
  message(
    type,
    { orderId, ...payloads[type] },
    { topic: type.startsWith('Stock') ? 'stock' : 'payment', key: orderId },
  );
