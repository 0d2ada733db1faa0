import { type Database, statement } from '@msa-event-market/shared-sdk/db';
import type { Kind } from '../../domain/model.js';
import { type BookCall, decide, type Entry } from './rules.js';

/** The provider's book, in a database of its own: like a real provider's, it survives whatever happens to us. */
export interface Book {
  /** Enters the calls and returns the entry of each; a key that is known gives the entry it has. */
  record(calls: BookCall[]): Promise<Entry[]>;
  find(keys: string[]): Promise<(Entry | undefined)[]>;
  /** True the first time it is asked about a key. */
  loseOnce(key: string): Promise<boolean>;
}

interface Row {
  key: string;
  kind: Kind;
  order_id: string;
  method: string;
  amount: number;
  currency: string;
  outcome: 'done' | 'refused';
  reason: string | null;
}

const columns = 'key, kind, order_id, method, amount, currency, outcome, reason';

// What is done to an authorisation is decided under its lock, one after the other.
const lock = statement(
  'book_lock',
  `SELECT FROM book WHERE order_id = ANY($1::uuid[]) AND kind = 'authorize' ORDER BY order_id, key FOR UPDATE`,
);
// A statement of its own: its snapshot must be taken after the wait for the lock, not before.
const history = statement<Row>(
  'book_history',
  `SELECT ${columns} FROM book WHERE order_id = ANY($1::uuid[])`,
);
const enter = statement<{ key: string }>(
  'book_enter',
  `INSERT INTO book (${columns})
   SELECT * FROM unnest($1::uuid[], $2::text[], $3::uuid[], $4::text[], $5::bigint[], $6::text[], $7::text[], $8::text[])
   ON CONFLICT (key) DO NOTHING RETURNING key`,
);
const find = statement<Row>('book_find', `SELECT ${columns} FROM book WHERE key = ANY($1::uuid[])`);
const lose = statement('book_lose', 'INSERT INTO lost_call (key) VALUES ($1) ON CONFLICT DO NOTHING');

export function sandboxBook(db: Database): Book {
  const read = async (keys: string[]): Promise<(Entry | undefined)[]> => {
    const found = new Map((await db.query(find([keys]))).rows.map((row) => [row.key, entry(row)]));
    return keys.map((key) => found.get(key));
  };

  return {
    find: read,

    async record(calls) {
      const orders = [...new Set(calls.map(({ orderId }) => orderId))];
      const lostRaces: string[] = [];
      const known = await db.transaction(async (tx) => {
        tx.query(lock([orders]));
        const entries = (await tx.query(history([orders]))).rows.map(entry);
        const byKey = new Map(entries.map((entry) => [entry.key, entry]));
        const byOrder = new Map<string, Entry[]>(orders.map((orderId) => [orderId, []]));
        for (const entry of entries) byOrder.get(entry.orderId)?.push(entry);
        const fresh: Entry[] = [];
        for (const call of calls) {
          if (byKey.has(call.key)) continue;
          const ofOrder = byOrder.get(call.orderId) as Entry[];
          const decided = decide(call, ofOrder);
          ofOrder.push(decided);
          byKey.set(call.key, decided);
          fresh.push(decided);
        }
        if (fresh.length === 0) return byKey;
        fresh.sort((a, b) => (a.key < b.key ? -1 : 1)); // two callers with the same keys wait in the same order
        const entered = new Set((await tx.query(enter(columnsOf(fresh)))).rows.map(({ key }) => key));
        lostRaces.push(...fresh.filter(({ key }) => !entered.has(key)).map(({ key }) => key));
        return byKey;
      });
      for (const entry of lostRaces.length > 0 ? await read(lostRaces) : []) {
        if (entry) known.set(entry.key, entry);
      }
      return calls.map(({ key }) => known.get(key) as Entry);
    },

    async loseOnce(key) {
      return (await db.query(lose([key]))).rowCount === 1;
    },
  };
}

const columnsOf = (entries: Entry[]): unknown[][] => [
  entries.map(({ key }) => key),
  entries.map(({ kind }) => kind),
  entries.map(({ orderId }) => orderId),
  entries.map(({ method }) => method),
  entries.map(({ amount }) => amount),
  entries.map(({ currency }) => currency),
  entries.map(({ outcome }) => outcome),
  entries.map(({ reason }) => reason),
];

const entry = ({ order_id, ...row }: Row): Entry => ({ ...row, orderId: order_id });
