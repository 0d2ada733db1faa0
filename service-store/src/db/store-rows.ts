import { statement } from '@msa-event-market/shared-sdk/db';
import type { Store } from '../domain/store.js';

/** Columns of a store row as the domain names them. */
export const storeColumns = `id, owner_id AS "ownerId", name, description, status, version`;

/** Without a lock: a closed store is as none. */
export const readStore = statement<Store>(
  'store_read',
  `SELECT ${storeColumns} FROM store WHERE id = $1 AND status = 'OPEN'`,
);
