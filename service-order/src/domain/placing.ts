import { errors } from './errors.js';
import { mostTotal } from './limits.js';

export interface Item {
  storeId: string;
  productId: string;
  quantity: number;
}

export interface Line extends Item {
  name: string;
  unitPrice: number;
}

export interface Address {
  name: string;
  street: string;
  city: string;
  zip: string;
  country: string;
}

export interface NewOrder {
  id: string;
  userId: string;
  key: string;
  bodyHash: string;
  lines: Line[];
  sellers: Map<string, string>;
  total: number;
  currency: string;
  method: string;
  address: Address;
}

/** What the database adds to an order when it is placed; everything of it stays as it is for ever. */
export interface PlacedOrder {
  id: string;
  number: string;
  lines: Line[];
  total: number;
  currency: string;
  method: string;
  address: Address;
  createdAt: string;
  expiresAt: string;
}

interface Offer {
  storeId: string;
  sellerId: string;
  name: string;
  price: { amount: number; currency: string };
}

/** The prices are the store's of this moment; from here on the order keeps them. */
export function price(items: Item[], offers: Map<string, Offer>) {
  const missing = items.flatMap(({ productId, storeId }, i) =>
    offers.get(productId)?.storeId === storeId
      ? []
      : [{ pointer: `/items/${i}/productId`, detail: 'not for sale' }],
  );
  if (missing.length > 0) throw errors.NOT_FOUND_PRODUCT(missing);

  const lines = items.map((item): Line & { currency: string; sellerId: string } => {
    const { name, price, sellerId } = offers.get(item.productId) as Offer;
    return { ...item, name, unitPrice: price.amount, currency: price.currency, sellerId };
  });
  const [currency, ...others] = new Set(lines.map((line) => line.currency));
  if (currency === undefined || others.length > 0) throw errors.MIXED_CURRENCIES();
  const total = lines.reduce((sum, { quantity, unitPrice }) => sum + quantity * unitPrice, 0);
  if (total > mostTotal) throw errors.ORDER_TOO_LARGE();
  return {
    lines: lines.map(({ storeId, productId, quantity, name, unitPrice }) => ({
      storeId,
      productId,
      quantity,
      name,
      unitPrice,
    })),
    sellers: new Map(lines.map(({ storeId, sellerId }) => [storeId, sellerId])),
    total,
    currency,
  };
}
