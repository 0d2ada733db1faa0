import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type {} from 'vitest'; // so that the declaration below extends it
import type { TestProject } from 'vitest/node';
import { startPostgres } from '../postgres/index.js';

declare module 'vitest' {
  export interface ProvidedContext {
    postgresUrl: string; // a superuser's, on a server that trusts its clients
  }
}

/**
 * vitest `globalSetup`: one PostgreSQL server for the whole run, on a free port, in a temporary folder that is gone
 * afterwards. It does not wait for the disk (fsync off), since nothing in it has to survive.
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const folder = await mkdtemp(path.join(tmpdir(), 'market-test-'));
  await chmod(folder, 0o755); // as root the server runs as another user, who has to get in
  const server = await startPostgres({
    dataDir: path.join(folder, 'data'),
    port: 0,
    auth: 'trust',
    settings: { fsync: 'off', full_page_writes: 'off', autovacuum: 'off' },
  });
  project.provide('postgresUrl', server.url);
  return async () => {
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  };
}
