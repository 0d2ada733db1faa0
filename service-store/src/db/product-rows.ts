import { statement, type Tx } from '@msa-event-market/shared-sdk/db';
import { append } from '@msa-event-market/shared-sdk/outbox';
import { deleteStock } from '../domain/product.js';
import type { Stock } from '../domain/stock.js';
import { writeStock } from './stock-rows.js';

/** Columns of a product row as the domain names them. */
export const productColumns = `product.id, product.store_id AS "storeId", product.name, product.description,
  json_build_object('amount', price, 'currency', currency) AS price, image_url AS "imageUrl", product.version`;

const deleteProducts = statement(
  'product_delete',
  'UPDATE product SET deleted_at = now(), updated_at = now() WHERE id = ANY($1::uuid[])',
);

/** Takes locked stock off sale, with its products; each is announced. */
export function deleteItems(tx: Tx, rows: Stock[]): void {
  const deleted = rows.map(deleteStock);
  writeStock(
    tx,
    deleted.map(({ stock }) => stock),
  );
  tx.query(deleteProducts([rows.map((stock) => stock.productId)]));
  append(
    tx,
    deleted.map(({ event }) => event),
  );
}
