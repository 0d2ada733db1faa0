import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Postgres, startPostgres } from '@msa-event-market/shared-sdk/postgres';
import type { Output } from './output.js';

export interface SupervisedPostgres {
  url: string;
  pid(): number;
  stop(): Promise<void>;
}

export interface PostgresPlace {
  dataDir: string;
  port: number;
  password: string;
  fsync: boolean;
}

/** The market's PostgreSQL. When it ends unasked it is started again; relay and services find it by themselves. */
export async function runPostgres(
  { dataDir, port, password, fsync }: PostgresPlace,
  output: Output,
  onChange: () => void,
): Promise<SupervisedPostgres> {
  const start = () =>
    startPostgres({
      dataDir: path.join(dataDir, 'postgres'),
      port,
      auth: 'scram',
      password,
      settings: fsync ? {} : { fsync: 'off', full_page_writes: 'off' },
      log: (line) => log(`${line}\n`),
    });
  const log = output.of('postgres');
  let server = await start();
  let stopping = false;
  let restarting: Promise<void> | undefined;

  const watch = (running: Postgres) =>
    void running.exited.then(() => {
      if (!stopping) restarting = restart();
    });

  async function restart(): Promise<void> {
    for (let pauseMs = 100; !stopping; pauseMs = Math.min(pauseMs * 2, 5_000)) {
      output.say(`PostgreSQL ended, starting it again in ${pauseMs} ms`);
      await sleep(pauseMs);
      try {
        server = await start();
      } catch (error) {
        output.say((error as Error).message); // a full disk, say: it may be mended while we try
        continue;
      }
      watch(server);
      return onChange();
    }
  }

  watch(server);
  return {
    url: server.url,
    pid: () => server.pid,
    async stop() {
      stopping = true;
      await restarting;
      await server.stop();
    },
  };
}
