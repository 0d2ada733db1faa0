import { type Database, statement } from '@msa-event-market/shared-sdk/db';
import { errors } from '../domain/errors.js';
import type { Store } from '../domain/store.js';
import { readStore, storeColumns } from './store-rows.js';

export interface Page {
  limit: number;
  offset: number;
}

const page = statement<Store>(
  'store_page',
  `SELECT ${storeColumns} FROM store WHERE status = 'OPEN' ORDER BY id LIMIT $1 OFFSET $2`,
);
const count = statement<{ total: number }>(
  'store_count',
  `SELECT count(*) AS total FROM store WHERE status = 'OPEN'`,
);

/** From the primary: what it answers is shown as the ETag that the next change must match. */
export async function findStore(db: Database, storeId: string): Promise<Store> {
  const { rows } = await db.query(readStore([storeId]));
  if (!rows[0]) throw errors.NOT_FOUND_STORE();
  return rows[0];
}

/** Open stores, the oldest first. */
export async function listStores(db: Database, { limit, offset }: Page) {
  const [stores, total] = await Promise.all([db.read(page([limit, offset])), db.read(count())]);
  return { stores: stores.rows, metadata: { limit, offset, total: total.rows[0]?.total ?? 0 } };
}
