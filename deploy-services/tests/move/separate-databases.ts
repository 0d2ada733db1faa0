import { partitionOf, partitionsPerTopic } from '@msa-event-market/shared-sdk/relay';
import pg from 'pg';
import {
  type Ask,
  contentOf,
  type EventLog,
  type LoggedEvent,
  type Snapshots,
} from '../../local/check/invariant.js';
import { asking } from '../../local/check/snapshots.js';
import { inDatabase } from '../../local/provision.js';
import { stackDatabaseOf } from '../../local/stack/outboxes.js';
import { serviceNames, services } from '../../local/topology.js';

type Schema = 'auth' | 'store' | 'orders' | 'payment';
export const schemas = serviceNames.map((name) => services[name].schema) as Schema[];

/** The databases of a market that was moved. Whatever is done to them in `tryOut` is undone. */
export async function separateDatabases(adminUrl: string) {
  const names = [...serviceNames.map(stackDatabaseOf), 'sandbox'];
  const clients = new Map(
    await Promise.all(
      names.map(async (name) => {
        const client = new pg.Client({ connectionString: inDatabase(adminUrl, name) });
        await client.connect();
        return [name, client] as const;
      }),
    ),
  );
  const client = (name: string) => clients.get(name) as pg.Client;
  const all = [...clients.values()];

  return {
    client,
    /** `work` sees each database in a transaction, and the log that connectors would have made of the outboxes by then. */
    async tryOut<T>(work: (read: (change?: ChangeLog) => Promise<Snapshots>) => Promise<T>): Promise<T> {
      await Promise.all(all.map((one) => one.query('BEGIN')));
      try {
        const ask = Object.fromEntries(names.map((name) => [name, asking(client(name))])) as Record<
          Schema | 'sandbox',
          Ask
        >;
        return await work(async (change = (events) => events) => ({
          ...ask,
          log: logOf(change(await carried(ask))),
        }));
      } finally {
        await Promise.all(all.map((one) => one.query('ROLLBACK')));
      }
    },
    close: () => Promise.all(all.map((one) => one.end())),
  };
}

type Carried = Omit<LoggedEvent, 'position' | 'partition' | 'partitions' | 'recent'>;
/** What a test does to the log. */
export type ChangeLog = (events: Carried[]) => Carried[];

async function carried(ask: Record<Schema, Ask>): Promise<Carried[]> {
  const outboxes = await Promise.all(
    schemas.map((schema) =>
      ask[schema]<Carried>(
        `SELECT id, aggregatetype AS topic, aggregateid AS key, type, version, ${contentOf('created_at')} AS content
         FROM ${schema}.outbox ORDER BY aggregatetype, aggregateid, version`,
      ),
    ),
  );
  return outboxes.flat();
}

/** In place of the topics: everything is read, and nobody has committed anything. */
function logOf(events: Carried[]): EventLog {
  const ends = new Map<string, number>();
  const logged = events.map((event): LoggedEvent => {
    const partition = partitionOf(event.key);
    const place = `${event.topic}/${partition}`;
    const position = (ends.get(place) ?? 0) + 1;
    ends.set(place, position);
    return { ...event, partition, position, partitions: partitionsPerTopic, recent: true };
  });
  return {
    asOf: `'infinity'`,
    mayRepeat: true,
    mayLeaveOut: true,
    partitionOf: (key) => partitionOf(key),
    partitions: () => partitionsPerTopic,
    events: async () =>
      logged.sort((a, b) =>
        a.topic < b.topic ? -1 : a.topic > b.topic ? 1 : a.partition - b.partition || a.position - b.position,
      ),
    readers: async () => [],
    missing: async () => 0,
    unread: async () => 0,
  };
}
