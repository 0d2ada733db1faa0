import { statement, type Tx } from '@msa-event-market/shared-sdk/db';
import type { Stock } from '../domain/stock.js';

/** Columns of a stock row as the domain names them. */
export const stockColumns = `product_id AS "productId", store_id AS "storeId", available, reserved, sold, received, gone, version`;

const write = statement(
  'stock_write',
  `UPDATE stock SET available = new.available, reserved = new.reserved, sold = new.sold, received = new.received,
     gone = new.gone, version = new.version
   FROM unnest($1::uuid[], $2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[], $6::boolean[], $7::int[])
     new(product_id, available, reserved, sold, received, gone, version)
   WHERE stock.product_id = new.product_id`,
);

/** Writes rows that the caller has locked: the values are what they become, not differences. */
export function writeStock(tx: Tx, rows: readonly Stock[]): void {
  if (rows.length === 0) return;
  tx.query(
    write([
      rows.map((row) => row.productId),
      rows.map((row) => row.available),
      rows.map((row) => row.reserved),
      rows.map((row) => row.sold),
      rows.map((row) => row.received),
      rows.map((row) => row.gone),
      rows.map((row) => row.version),
    ]),
  );
}
