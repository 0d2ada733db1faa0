import pg from 'pg';
import { migrate } from '../db/index.js';
import {
  createGroup,
  createRole,
  eventsGroup,
  inOneAtATime,
  urlOf,
  withClient,
} from '../postgres/service-database.js';

export interface LogSchemaOptions {
  /** A superuser's, in any database of the server. */
  adminUrl: string;
  database: string;
  /** Without one the server must trust its clients. */
  password?: string | ((role: string) => string);
}

export interface LogSchema {
  /** Of the role `relay`: follows the publications and writes the log. */
  relayUrl: string;
}

/**
 * Creates or updates the schema `events`, the embedded log, and the role that fills it. Call it after
 * `createServiceDatabase`, in the same database; running it again changes nothing but the passwords.
 */
export async function createLogSchema({
  adminUrl,
  database,
  password,
}: LogSchemaOptions): Promise<LogSchema> {
  const passwordOf = typeof password === 'function' ? password : () => password;
  const owner = { name: 'events_owner', password: passwordOf('events_owner') };
  const relay = { name: 'relay', password: passwordOf('relay') };
  await inOneAtATime(adminUrl, async (admin) => {
    await createRole(admin, owner);
    await createRole(admin, relay);
    await createGroup(admin, eventsGroup, relay.name);
    // To read the outboxes when a slot is made. Whoever may replicate could read everything anyway, as a base backup.
    await admin.query('ALTER ROLE relay REPLICATION; GRANT pg_read_all_data TO relay');
    await admin.query('ALTER ROLE events_owner SET search_path = events');
    // Its few statements are the same for ever; planning each append costs more than some of them.
    await admin.query('ALTER ROLE relay SET plan_cache_mode = force_generic_plan');
    await withClient(urlOf(adminUrl, database), (inside) =>
      inside.query(`
        CREATE SCHEMA IF NOT EXISTS events AUTHORIZATION events_owner;
        GRANT CONNECT ON DATABASE ${pg.escapeIdentifier(database)} TO events_owner, relay;
      `),
    );
  });
  const directory = new URL('../../log-migrations/', import.meta.url);
  await migrate({ url: urlOf(adminUrl, database, owner), schema: 'events', directory });
  return { relayUrl: urlOf(adminUrl, database, relay) };
}
