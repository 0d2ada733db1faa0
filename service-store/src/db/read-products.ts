import { type Database, statement } from '@msa-event-market/shared-sdk/db';
import { errors } from '../domain/errors.js';
import type { Money, Product, ProductRef } from '../domain/product.js';
import type { Stock } from '../domain/stock.js';
import { productColumns } from './product-rows.js';
import { findStore, type Page } from './read-stores.js';
import { stockColumns } from './stock-rows.js';

/** A product as anyone may see it: how many are available, not how many are reserved or sold. */
export interface ProductView extends Product {
  quantity: number;
}

const view = `SELECT ${productColumns}, available AS quantity FROM product JOIN stock ON stock.product_id = product.id`;
const one = statement<ProductView>(
  'product_find',
  `${view} WHERE product.id = $1 AND product.store_id = $2 AND deleted_at IS NULL`,
);
const page = statement<ProductView>(
  'product_page',
  `${view} WHERE product.store_id = $1 AND deleted_at IS NULL ORDER BY product.id LIMIT $2 OFFSET $3`,
);
const count = statement<{ total: number }>(
  'product_count',
  `SELECT (SELECT count(*) FROM product WHERE store_id = store.id AND deleted_at IS NULL) AS total
   FROM store WHERE id = $1 AND status = 'OPEN'`,
);

/** From the primary: what it answers is shown as the ETag that the next change must match. */
export async function findProduct(db: Database, { storeId, productId }: ProductRef): Promise<ProductView> {
  const { rows } = await db.query(one([productId, storeId]));
  if (!rows[0]) throw await missing(db, storeId);
  return rows[0];
}

/** The products of an open store, the oldest first. */
export async function listProducts(db: Database, storeId: string, { limit, offset }: Page) {
  const [products, total] = await Promise.all([
    db.read(page([storeId, limit, offset])),
    db.read(count([storeId])),
  ]);
  if (!total.rows[0]) throw errors.NOT_FOUND_STORE();
  return { products: products.rows, metadata: { limit, offset, total: total.rows[0].total } };
}

const stock = statement<Stock>(
  'stock_find',
  `SELECT ${stockColumns} FROM stock WHERE product_id = $1 AND store_id = $2 AND NOT gone`,
);
const movements = statement<{ id: string; quantity: number; actor: string; at: Date }>(
  'stock_movements',
  `SELECT id, quantity, actor, at FROM stock_movement WHERE product_id = $1 ORDER BY at DESC, id DESC LIMIT $2 OFFSET $3`,
);
const countMovements = statement<{ total: number }>(
  'stock_movement_count',
  'SELECT count(*) AS total FROM stock_movement WHERE product_id = $1',
);

/** Where the pieces of a product are, and who put them in or took them out, the latest first. */
export async function readStock(db: Database, { storeId, productId }: ProductRef, { limit, offset }: Page) {
  const [row, list, total] = await Promise.all([
    db.query(stock([productId, storeId])),
    db.query(movements([productId, limit, offset])),
    db.query(countMovements([productId])),
  ]);
  if (!row.rows[0]) throw await missing(db, storeId);
  const { available, reserved, sold, received } = row.rows[0];
  return {
    stock: { available, reserved, sold, received },
    movements: list.rows,
    metadata: { limit, offset, total: total.rows[0]?.total ?? 0 },
  };
}

/** What an order needs to know of a product before it is placed. */
export interface Quote {
  productId: string;
  storeId: string;
  sellerId: string;
  name: string;
  price: Money;
  version: number;
  deleted: boolean;
  /** A hint for people: only a reservation decides. */
  available: number;
}

const quotes = statement<Quote>(
  'product_quotes',
  `SELECT product.id AS "productId", product.store_id AS "storeId", store.owner_id AS "sellerId", product.name,
     json_build_object('amount', price, 'currency', currency) AS price, product.version,
     deleted_at IS NOT NULL AS deleted, available
   FROM product JOIN store ON store.id = product.store_id JOIN stock ON stock.product_id = product.id
   WHERE product.id = ANY($1::uuid[])`,
);

/** From the primary: an order's price must not come from a replica that is behind. Unknown products are left out. */
export async function quoteProducts(db: Database, productIds: string[]): Promise<Quote[]> {
  return (await db.query(quotes([productIds]))).rows;
}

/** Which of the two is not there: asked only once something is missing. */
async function missing(db: Database, storeId: string): Promise<Error> {
  await findStore(db, storeId);
  return errors.NOT_FOUND_PRODUCT();
}
