import pg from 'pg';
import { withClient } from '../check/pg-client.js';
import { inDatabase } from '../provision.js';
import { type ServiceName, serviceNames, services } from '../topology.js';

/** A database a service, of the name of its schema. */
export const stackDatabaseOf = (name: ServiceName): string => services[name].schema;

/** Who reads the outbox of a service: may follow the WAL and see that one table. */
export const cdcRole = (name: ServiceName) => `${services[name].schema}_cdc`;
export const slotOf = (name: ServiceName) => `${name}_outbox`;

export interface OutboxOptions {
  password(role: string): string;
  createSlots: boolean;
  /** First drop those that are there. */
  anew: boolean;
}

/**
 * Lets Debezium read the outboxes. The slots are made here and not by it: a service may write its first event before
 * its connector runs, and what is older than the slot is never sent.
 */
export async function prepareOutboxes(adminUrl: string, { password, createSlots, anew }: OutboxOptions) {
  // One after the other: PostgreSQL makes a slot when no older transaction runs, and these are short.
  for (const name of serviceNames) {
    const { schema } = services[name];
    const role = cdcRole(name);
    await withClient(inDatabase(adminUrl, stackDatabaseOf(name)), async (client) => {
      const { rowCount } = await client.query('SELECT FROM pg_roles WHERE rolname = $1', [role]);
      if (!rowCount) await client.query(`CREATE ROLE ${role} LOGIN REPLICATION`);
      await client.query(`
        ALTER ROLE ${role} PASSWORD ${pg.escapeLiteral(password(role))};
        GRANT CONNECT ON DATABASE ${stackDatabaseOf(name)} TO ${role};
        GRANT USAGE ON SCHEMA ${schema} TO ${role};
        GRANT SELECT ON ${schema}.outbox TO ${role};
      `);
      if (anew)
        await client.query(
          'SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE slot_name = $1',
          [slotOf(name)],
        );
      if (createSlots)
        await client.query(
          `SELECT pg_create_logical_replication_slot($1, 'pgoutput')
           WHERE NOT EXISTS (SELECT FROM pg_replication_slots WHERE slot_name = $1)`,
          [slotOf(name)],
        );
    });
  }
}
