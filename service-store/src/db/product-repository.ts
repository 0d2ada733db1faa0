import { type Database, statement, type Tx, uuidv7 } from '@msa-event-market/shared-sdk/db';
import { append } from '@msa-event-market/shared-sdk/outbox';
import { errors } from '../domain/errors.js';
import { mostProducts } from '../domain/limits.js';
import type { Item, ItemChange, Movement, Product, ProductRef } from '../domain/product.js';
import type { Stock } from '../domain/stock.js';
import type { Store } from '../domain/store.js';
import type { Products } from '../use-cases/ports.js';
import { deleteItems, productColumns } from './product-rows.js';
import { stockColumns, writeStock } from './stock-rows.js';
import { readStore, storeColumns } from './store-rows.js';

// Whoever opens a store or adds a product holds its owner, so that counting is exact. Before the store, as it is when an
// account is deleted: whose a store is never changes.
const lockOwnerOf = statement(
  'owner_lock_of_store',
  'SELECT FROM owner WHERE user_id = (SELECT owner_id FROM store WHERE id = $1) FOR NO KEY UPDATE',
);
const countOnSale = statement<{ n: number }>(
  'product_count_of_owner',
  `SELECT count(*) AS n FROM product JOIN store ON store.id = product.store_id
   WHERE store.owner_id = (SELECT owner_id FROM store WHERE id = $1) AND store.status = 'OPEN' AND product.deleted_at IS NULL`,
);
// Shared: nothing is added to a store that is being closed.
const shareStore = statement<Store>(
  'store_share',
  `SELECT ${storeColumns} FROM store WHERE id = $1 AND status = 'OPEN' FOR SHARE`,
);
const lockStock = statement<Stock>(
  'stock_lock',
  `SELECT ${stockColumns} FROM stock WHERE product_id = $1 AND store_id = $2 AND NOT gone FOR UPDATE`,
);
const readProduct = statement<Product>('product_read', `SELECT ${productColumns} FROM product WHERE id = $1`);

const insertProduct = statement(
  'product_insert',
  `INSERT INTO product (id, store_id, name, description, price, currency, image_url, version)
   VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
);
const insertStock = statement(
  'stock_insert',
  'INSERT INTO stock (product_id, store_id, available, received, version) VALUES ($1, $2, $3, $4, $5)',
);
const updateProduct = statement(
  'product_update',
  `UPDATE product SET name = $2, description = $3, price = $4, currency = $5, image_url = $6, version = $7,
     updated_at = now() WHERE id = $1`,
);
const insertMovement = statement(
  'stock_movement_insert',
  'INSERT INTO stock_movement (id, product_id, quantity, actor) VALUES ($1, $2, $3, $4)',
);

export const productRepository = (db: Database): Products => ({
  add: (storeId, make) =>
    db.transaction(async (tx) => {
      // A stranger is refused before anything is held: whose a store is never changes.
      const seen = (await tx.query(readStore([storeId]))).rows[0];
      if (!seen) throw errors.NOT_FOUND_STORE();
      make(seen);
      const [, stores, onSale] = await Promise.all([
        tx.query(lockOwnerOf([storeId])),
        tx.query(shareStore([storeId])),
        tx.query(countOnSale([storeId])),
      ]);
      if (!stores.rows[0]) throw errors.NOT_FOUND_STORE();
      const { product, stock, movement, events }: ItemChange = make(stores.rows[0]);
      if ((onSale.rows[0]?.n ?? 0) >= mostProducts) throw errors.TOO_MANY_PRODUCTS();
      const { id, name, description, price, imageUrl, version } = product;
      tx.query(
        insertProduct([id, storeId, name, description, price.amount, price.currency, imageUrl, version]),
      );
      tx.query(insertStock([id, storeId, stock.available, stock.received, stock.version]));
      record(tx, id, movement);
      append(tx, events);
      return { product, stock };
    }),

  change: (ref, decide) =>
    db.transaction(async (tx) => {
      const { item, store } = await locked(tx, ref);
      const { product, stock, movement, events } = decide(item, store);
      if (product !== item.product) {
        const { id, name, description, price, imageUrl, version } = product;
        tx.query(updateProduct([id, name, description, price.amount, price.currency, imageUrl, version]));
      }
      writeStock(tx, [stock]);
      record(tx, product.id, movement);
      append(tx, events);
      return { product, stock };
    }),

  delete: (ref, check) =>
    db.transaction(async (tx) => {
      const { item, store } = await locked(tx, ref);
      check(item, store);
      deleteItems(tx, [item.stock]);
    }),
});

/**
 * The lock is on the stock row alone: whoever writes a product holds it, so the product, read after it, is current.
 * Closing the store takes it too, and leaves the product `gone`.
 */
async function locked(tx: Tx, { storeId, productId }: ProductRef): Promise<{ item: Item; store: Store }> {
  const [stores, stock, products] = await Promise.all([
    tx.query(readStore([storeId])),
    tx.query(lockStock([productId, storeId])),
    tx.query(readProduct([productId])),
  ]);
  const [store, row, product] = [stores.rows[0], stock.rows[0], products.rows[0]];
  if (!store) throw errors.NOT_FOUND_STORE();
  if (!row || !product) throw errors.NOT_FOUND_PRODUCT();
  return { item: { product, stock: row }, store };
}

function record(tx: Tx, productId: string, movement: Movement | undefined): void {
  if (movement && movement.quantity !== 0)
    tx.query(insertMovement([uuidv7(), productId, movement.quantity, movement.actor]));
}
