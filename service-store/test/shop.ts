import type { Principal } from '@msa-event-market/shared-sdk/auth';
import { type Database, uuidv7 } from '@msa-event-market/shared-sdk/db';
import type { Message } from '@msa-event-market/shared-sdk/events';
import { message, testDatabase } from '@msa-event-market/shared-sdk/testing';
import { productRepository } from '../src/db/product-repository.js';
import { reservationRepository } from '../src/db/reservation-repository.js';
import { storeRepository } from '../src/db/store-repository.js';
import type { Line } from '../src/domain/reservation.js';
import type { Stock } from '../src/domain/stock.js';
import { addProduct } from '../src/use-cases/add-product.js';
import { openStore } from '../src/use-cases/open-store.js';
import type { Ports } from '../src/use-cases/ports.js';

export const storeDatabase = () =>
  testDatabase({ service: 'store', schema: 'store', migrations: new URL('../migrations', import.meta.url) });

export const portsOf = (db: Database): Ports => ({
  stores: storeRepository(db),
  products: productRepository(db),
  reservations: reservationRepository(),
});

export const someone = (role: 'user' | 'admin' = 'user'): Principal => ({
  userId: uuidv7(),
  role,
  loginId: role,
});

/** A store with one product for each quantity given. */
export async function openShop(db: Database, quantities: number[], owner = someone()) {
  const ports = portsOf(db);
  const store = await openStore(ports)({ name: 'Corner shop', description: 'All sorts' }, owner);
  const products: string[] = [];
  for (const quantity of quantities) {
    const details = {
      name: 'Lamp',
      description: 'Shines',
      price: { amount: 990, currency: 'EUR' },
      imageUrl: null,
    };
    products.push((await addProduct(ports)(store.id, details, quantity, owner)).product.id);
  }
  return { store, owner, products };
}

export async function stockRow(
  db: Database,
  productId: string,
): Promise<Omit<Stock, 'productId' | 'storeId'>> {
  const { rows } = await db.query<Stock>({
    text: 'SELECT available, reserved, sold, received, gone, version FROM stock WHERE product_id = $1',
    values: [productId],
  });
  return rows[0] as Stock;
}

export async function reservationRow(db: Database, orderId: string) {
  const { rows } = await db.query<{ status: string; version: number }>({
    text: 'SELECT status, version FROM reservation WHERE order_id = $1',
    values: [orderId],
  });
  return rows[0];
}

/** What service-order says of an order. */
export function orderMessages(lines: (Line & { storeId?: string })[], orderId: string = uuidv7()) {
  const userId = uuidv7();
  const of = (type: string, payload: object): Message =>
    message(type, { orderId, userId, ...payload }, { topic: 'order', key: orderId });
  return {
    orderId,
    placed: of('OrderPlaced', {
      number: 'M-1',
      lines: lines.map((line) => ({ storeId: uuidv7(), unitPrice: 990, ...line })),
      total: 990,
      currency: 'EUR',
      expiresAt: new Date(Date.now() + 900_000).toISOString(),
    }),
    confirmed: of('OrderConfirmed', {}),
    cancelling: of('OrderCancelling', { compensate: ['stock'], outcome: 'CANCELLED', reason: 'BUYER' }),
    shipped: of('OrderShipped', { storeId: uuidv7() }),
  };
}
