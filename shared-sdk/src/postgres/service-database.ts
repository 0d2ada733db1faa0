import pg from 'pg';

export interface ServiceDatabaseOptions {
  adminUrl: string; // a superuser's
  database: string;
  schema: string;
  password?: string | ((role: string) => string); // without one the server must trust its clients
}

export interface ServiceDatabase {
  ownerUrl: string; // migrates
  url: string; // the service: reads and writes its own tables
  eventsUrl: string; // the service's consumers: the event log only
  checkUrl: string; // reads everything, changes nothing
}

/**
 * Gives a service its database (shared or its own), its schema and its roles. Running it again, also from several
 * processes at once, changes nothing but the passwords.
 */
export async function createServiceDatabase(options: ServiceDatabaseOptions): Promise<ServiceDatabase> {
  const { adminUrl, database, schema } = options;
  for (const name of [database, schema]) {
    if (!/^[a-z_][a-z0-9_]*$/.test(name)) throw new Error(`"${name}" is no name for a database or schema`);
  }
  const passwordOf =
    typeof options.password === 'function' ? options.password : () => options.password as string | undefined;
  const names = {
    owner: `${schema}_owner`,
    service: schema,
    events: `${schema}_events`,
    check: 'market_check',
  };
  const role = (name: string) => ({ name, password: passwordOf(name) });

  await inOneAtATime(adminUrl, async (admin) => {
    for (const name of Object.values(names)) await createRole(admin, role(name));
    await createGroup(admin, eventsGroup, names.events);
    await admin.query(roleSettings(schema, names));
    await createDatabase(admin, database);
    await withClient(urlOf(adminUrl, database), (inside) =>
      inside.query(schemaGrants(database, schema, names)),
    );
  });

  const urlFor = (name: string) => urlOf(adminUrl, database, role(name));
  return {
    ownerUrl: urlFor(names.owner),
    url: urlFor(names.service),
    eventsUrl: urlFor(names.events),
    checkUrl: urlFor(names.check),
  };
}

/** The role that the tables of the event log are granted to; every `<schema>_events` is a member of it. */
export const eventsGroup = 'events_client';

interface Names {
  owner: string;
  service: string;
  events: string;
  check: string;
}

/**
 * Set on the roles, not by the clients: whoever connects, with whatever tool, gets the same limits.
 *
 * Services and readers of the log go by keys. A plan made while a table is empty reads all of it, and is kept until
 * the first ANALYZE: for the first minute of a new database every batch would read all orders there are.
 */
const roleSettings = (schema: string, { owner, service, events, check }: Names) => `
  ALTER ROLE ${owner} SET search_path = ${schema};
  ALTER ROLE ${service} SET search_path = ${schema};
  ALTER ROLE ${service} SET statement_timeout = '30s';
  ALTER ROLE ${service} SET lock_timeout = '5s';
  ALTER ROLE ${service} SET idle_in_transaction_session_timeout = '30s';
  ALTER ROLE ${service} SET enable_seqscan = off;
  ALTER ROLE ${events} SET search_path = events;
  ALTER ROLE ${events} SET enable_seqscan = off;
  ALTER ROLE ${events} SET plan_cache_mode = force_generic_plan;
  ALTER ROLE ${events} SET statement_timeout = '30s';
  ALTER ROLE ${events} SET idle_in_transaction_session_timeout = '30s';
  ALTER ROLE ${check} SET default_transaction_read_only = on;
  GRANT pg_read_all_data TO ${check};
`;

/**
 * The owner creates its publication, which takes CREATE on the database. What the owner creates the service may use;
 * by default privileges and never by "ALL TABLES", which would undo what a migration revoked (append-only tables).
 */
const schemaGrants = (database: string, schema: string, { owner, service, events, check }: Names) => `
  REVOKE ALL ON DATABASE ${database} FROM PUBLIC;
  GRANT CONNECT, CREATE, TEMPORARY ON DATABASE ${database} TO ${owner};
  GRANT CONNECT ON DATABASE ${database} TO ${service}, ${events}, ${check};
  CREATE SCHEMA IF NOT EXISTS ${schema} AUTHORIZATION ${owner};
  GRANT USAGE ON SCHEMA ${schema} TO ${service};
  ALTER DEFAULT PRIVILEGES FOR ROLE ${owner} IN SCHEMA ${schema} GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO ${service};
  ALTER DEFAULT PRIVILEGES FOR ROLE ${owner} IN SCHEMA ${schema} GRANT USAGE, SELECT ON SEQUENCES TO ${service};
  ALTER DEFAULT PRIVILEGES FOR ROLE ${owner} IN SCHEMA ${schema} GRANT EXECUTE ON FUNCTIONS TO ${service};
`;

export async function createRole(admin: pg.Client, role: { name: string; password?: string }): Promise<void> {
  const { rowCount } = await admin.query('SELECT FROM pg_roles WHERE rolname = $1', [role.name]);
  if (!rowCount) await admin.query(`CREATE ROLE ${role.name} LOGIN`);
  if (role.password) await admin.query(`ALTER ROLE ${role.name} PASSWORD ${pg.escapeLiteral(role.password)}`);
}

export async function createGroup(admin: pg.Client, group: string, member: string): Promise<void> {
  const { rowCount } = await admin.query('SELECT FROM pg_roles WHERE rolname = $1', [group]);
  if (!rowCount) await admin.query(`CREATE ROLE ${group} NOLOGIN`);
  await admin.query(`GRANT ${group} TO ${member}`);
}

async function createDatabase(admin: pg.Client, database: string): Promise<void> {
  const { rowCount } = await admin.query('SELECT FROM pg_database WHERE datname = $1', [database]);
  if (!rowCount) await admin.query(`CREATE DATABASE ${database}`);
}

/** Roles belong to the whole server, so does the lock: advisory locks hold per database, and all take this one's. */
export async function inOneAtATime(
  adminUrl: string,
  work: (admin: pg.Client) => Promise<void>,
): Promise<void> {
  await withClient(urlOf(adminUrl, 'postgres'), async (admin) => {
    await admin.query("SELECT pg_advisory_lock(hashtext('createServiceDatabase'))"); // ends with the session
    await work(admin);
  });
}

export async function withClient<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url, application_name: 'create-service-database' });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

export function urlOf(base: string, database: string, role?: { name: string; password?: string }): string {
  const url = new URL(base);
  url.pathname = `/${database}`;
  if (role) {
    url.username = role.name;
    url.password = encodeURIComponent(role.password ?? '');
  }
  return url.href;
}
