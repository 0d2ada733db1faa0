import path from 'node:path';
import { findBinaries } from './binaries.js';
import { prepareDataFolder } from './data-folder.js';
import { guard } from './guard.js';
import { endPreviousServer, noteStarter, resolveFolder } from './previous-server.js';
import type { Settings } from './settings.js';
import { startServer } from './start-server.js';
import { stopServer } from './stop-server.js';
import { unprivileged } from './unprivileged.js';

export interface PostgresOptions {
  dataDir: string; // created when it does not exist; what is in it is taken up
  port: number; // 0 takes a free one
  auth: 'trust' | 'scram';
  password?: string; // the superuser's; with scram only
  settings?: Settings; // of postgresql.conf, over the defaults of settings.ts
  log?: (line: string) => void; // the server's own lines
}

export interface Postgres {
  url: string; // of the superuser, database postgres
  port: number;
  pid: number;
  exited: Promise<void>; // resolves when the server is gone, wanted or not
  stop(): Promise<void>;
}

/** A real PostgreSQL server on 127.0.0.1, ready for connections. */
export async function startPostgres(options: PostgresOptions): Promise<Postgres> {
  const { auth, password, port, settings, log = () => {} } = options;
  if (auth === 'scram' && !password) throw new Error('startPostgres: auth scram needs a password');
  const binaries = await findBinaries();
  const folder = await resolveFolder(options.dataDir);
  const runAs = unprivileged(binaries, path.dirname(folder));

  await endPreviousServer(folder, binaries, log);
  await prepareDataFolder({ folder, auth, password, sync: settings?.fsync !== 'off' }, binaries, runAs);
  await noteStarter(folder);
  const server = await startServer({ folder, port, settings, log }, binaries, runAs);

  const pid = server.child.pid as number;
  const watch = guard(pid);
  const exited = server.exited.then(() => void watch?.kill('SIGKILL'));
  const secret = auth === 'scram' ? `:${encodeURIComponent(password as string)}` : '';
  return {
    url: `postgres://postgres${secret}@127.0.0.1:${server.port}/postgres`,
    port: server.port,
    pid,
    exited,
    async stop() {
      if (server.child.exitCode === null && server.child.signalCode === null) await stopServer(pid, binaries);
      await exited;
    },
  };
}
