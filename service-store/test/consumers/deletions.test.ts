import type { Database } from '@msa-event-market/shared-sdk/db';
import { deliver, message, outboxOf, type TestDatabase } from '@msa-event-market/shared-sdk/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { deletionsConsumer } from '../../src/consumers/deletions.js';
import { listStores } from '../../src/db/read-stores.js';
import { openStore } from '../../src/use-cases/open-store.js';
import { openShop, portsOf, someone, stockRow, storeDatabase } from '../shop.js';

let database: TestDatabase;
let db: Database;
let deletions: ReturnType<typeof deletionsConsumer>;
beforeAll(async () => {
  database = await storeDatabase();
  db = database.db;
  deletions = deletionsConsumer(portsOf(db));
});
afterAll(() => database.drop());

const deleted = (userId: string) => message('UserDeleted', { userId }, { topic: 'user', key: userId });
const eventsOf = async (...keys: string[]) =>
  (await outboxOf(db))
    .filter((event) => keys.includes(event.key))
    .map(({ type, version }) => `${type} ${version}`);

test("a deleted user's stores and their products are deleted and announced, other stores stay", async () => {
  const owner = someone();
  const [one, two, other] = [
    await openShop(db, [1, 2], owner),
    await openShop(db, [3], owner),
    await openShop(db, [4]),
  ];
  await deliver(db, deletions, [deleted(owner.userId), deleted(owner.userId)]);

  const { stores } = await listStores(db, { limit: 10, offset: 0 });
  expect(stores.map((store) => store.id)).toEqual([other.store.id]);
  for (const { store, products } of [one, two]) {
    expect(await eventsOf(store.id)).toEqual(['StoreCreated 1', 'StoreDeleted 2']);
    for (const id of products) {
      expect(await eventsOf(id)).toEqual(['ProductCreated 1', 'ProductDeleted 2']);
      expect(await stockRow(db, id)).toMatchObject({ gone: true, version: 2 });
    }
  }
  expect(await eventsOf(other.store.id, ...other.products)).toEqual(['StoreCreated 1', 'ProductCreated 1']);

  await deliver(db, deletions, [deleted(owner.userId)]);
  expect(await eventsOf(one.store.id)).toEqual(['StoreCreated 1', 'StoreDeleted 2']);
});

test('a user without stores may be deleted', async () => {
  const before = await outboxOf(db);
  await deliver(db, deletions, [deleted(someone().userId)]);
  expect(await outboxOf(db)).toEqual(before);
});

test('a token that outlives its account opens no store', async () => {
  const owner = someone();
  await deliver(db, deletions, [deleted(owner.userId)]);
  const opening = openStore(portsOf(db))({ name: 'Late', description: '' }, owner);
  await expect(opening).rejects.toMatchObject({ code: 'FORBIDDEN' });
});

test('a store that is being opened while its owner is deleted is closed too', async () => {
  for (let n = 0; n < 20; n++) {
    const owner = someone();
    const opening = openStore(portsOf(db))({ name: 'Race', description: '' }, owner).catch(
      (error) => error.code,
    );
    await Promise.all([opening, deliver(db, deletions, [deleted(owner.userId)])]);
    const { rows } = await db.query({
      text: `SELECT FROM store WHERE owner_id = $1 AND status = 'OPEN'`,
      values: [owner.userId],
    });
    expect(rows).toEqual([]);
  }
});
