import { type Database, statement, type Tx } from '@msa-event-market/shared-sdk/db';
import { append } from '@msa-event-market/shared-sdk/outbox';
import { errors } from '../domain/errors.js';
import { mostStores } from '../domain/limits.js';
import type { Store, StoreChange } from '../domain/store.js';
import type { Stores } from '../use-cases/ports.js';
import { closeStores } from './close-stores.js';
import { storeColumns } from './store-rows.js';

// Writes nothing new when the row is there; it is its lock that is wanted.
const lockOwner = statement<{ deleted: boolean }>(
  'owner_lock',
  `INSERT INTO owner (user_id) VALUES ($1) ON CONFLICT (user_id) DO UPDATE SET user_id = excluded.user_id
   RETURNING deleted`,
);
const countOpen = statement<{ n: number }>(
  'store_count_of_owner',
  `SELECT count(*) AS n FROM store WHERE owner_id = $1 AND status = 'OPEN'`,
);
const deleteOwners = statement(
  'owner_delete',
  `INSERT INTO owner (user_id, deleted) SELECT id, true FROM unnest($1::uuid[]) id ORDER BY id
   ON CONFLICT (user_id) DO UPDATE SET deleted = true`,
);
const insert = statement(
  'store_insert',
  'INSERT INTO store (id, owner_id, name, description, status, version) VALUES ($1, $2, $3, $4, $5, $6)',
);
const update = statement(
  'store_update',
  'UPDATE store SET name = $2, description = $3, version = $4, updated_at = now() WHERE id = $1',
);
const lock = statement<Store>(
  'store_lock',
  `SELECT ${storeColumns} FROM store WHERE id = $1 AND status = 'OPEN' FOR UPDATE`,
);
const lockOfOwners = statement<Store>(
  'store_lock_of_owners',
  `SELECT ${storeColumns} FROM store WHERE owner_id = ANY($1::uuid[]) AND status = 'OPEN' ORDER BY id FOR UPDATE`,
);

export const storeRepository = (db: Database): Stores => ({
  open: ({ store, event }) =>
    db.transaction(async (tx) => {
      const [owner, open] = await Promise.all([
        tx.query(lockOwner([store.ownerId])),
        tx.query(countOpen([store.ownerId])),
      ]);
      if (owner.rows[0]?.deleted) throw errors.FORBIDDEN('A deleted account cannot open a store.');
      if ((open.rows[0]?.n ?? 0) >= mostStores) throw errors.TOO_MANY_STORES();
      const { id, ownerId, name, description, status, version } = store;
      tx.query(insert([id, ownerId, name, description, status, version]));
      append(tx, [event]);
      return store;
    }),

  change: (storeId, decide) =>
    db.transaction(async (tx) => {
      const { store, event }: StoreChange = decide(await locked(tx, storeId));
      tx.query(update([store.id, store.name, store.description, store.version]));
      append(tx, [event]);
      return store;
    }),

  close: (storeId, check) =>
    db.transaction(async (tx) => {
      const store = await locked(tx, storeId);
      check(store);
      await closeStores(tx, [store]);
    }),

  // The note comes first: it waits for a store that is being opened, and refuses those that come later.
  async closeAllOf(tx, userIds) {
    await tx.query(deleteOwners([[...new Set(userIds)]]));
    const { rows } = await tx.query(lockOfOwners([userIds]));
    await closeStores(tx, rows);
  },
});

async function locked(tx: Tx, storeId: string): Promise<Store> {
  const { rows } = await tx.query(lock([storeId]));
  if (!rows[0]) throw errors.NOT_FOUND_STORE();
  return rows[0];
}
