import { statement, type Tx } from '@msa-event-market/shared-sdk/db';
import { append } from '@msa-event-market/shared-sdk/outbox';
import type { Stock } from '../domain/stock.js';
import { closeStore, type Store } from '../domain/store.js';
import { deleteItems } from './product-rows.js';
import { stockColumns } from './stock-rows.js';

// Whoever adds a product holds its store locked, so the locked stores have no other products than these.
const lockStockOfStores = statement<Stock>(
  'stock_lock_of_stores',
  `SELECT ${stockColumns} FROM stock
   WHERE product_id = ANY(ARRAY(SELECT id FROM product WHERE store_id = ANY($1::uuid[]) AND deleted_at IS NULL))
     AND NOT gone
   ORDER BY product_id FOR UPDATE`,
);
const closeRows = statement(
  'store_close',
  `UPDATE store SET status = 'CLOSED', version = new.version, updated_at = now()
   FROM unnest($1::uuid[], $2::int[]) new(id, version) WHERE store.id = new.id`,
);

/** Closes stores that the caller has locked, and deletes all their products; each is announced. */
export async function closeStores(tx: Tx, stores: Store[]): Promise<void> {
  if (stores.length === 0) return;
  const { rows } = await tx.query(lockStockOfStores([stores.map((store) => store.id)]));
  const closed = stores.map(closeStore);
  deleteItems(tx, rows);
  tx.query(closeRows([closed.map(({ store }) => store.id), closed.map(({ store }) => store.version)]));
  append(
    tx,
    closed.map(({ event }) => event),
  );
}
