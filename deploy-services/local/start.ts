import { existsSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { unlessFull } from './disk.js';
import { aborted, interruption } from './interrupted.js';
import { launch } from './launch.js';
import type { MarketFile } from './market-file.js';
import { readOptions } from './options.js';
import { terminal } from './output.js';
import { lastBase } from './ports.js';
import { Problem } from './problem.js';
import { type SeededMarket, seedMarket } from './seed.js';
import { profileNames } from './topology.js';
import { welcome } from './welcome.js';

export const help = `npm start -- [options]
Runs the whole market on this machine until Ctrl-C. A second start takes up the data of the first.

  --profile embedded   PostgreSQL and the event log in it, from the npm registry (default)
  --profile stack      Kafka and Debezium, on Java 17 or newer; a database a service
  --port-base N        the first port (default 8100); 0 takes free ones
  --data-dir DIR       where its data is (default .market)
  --repair-slots       begin with new replication slots and send what the old ones have lost; see
                       deploy-services/docs/stack.md
  --repair-topics      go on behind events that are gone unread, and add partitions that are missing; see there
  --no-prometheus      without Prometheus, which otherwise watches when it is installed
  --no-seed            without the demo catalogue and users
  --quiet              no log lines of the services on the terminal; they are in <data-dir>/logs
  --json               nothing but one line of JSON on stdout, once it is ready: urls and pids by service`;

export async function start(args: string[]): Promise<number> {
  const { values, dataDir } = readOptions(args, {
    profile: { type: 'string', default: 'embedded' },
    'port-base': { type: 'string', default: '8100' },
    'repair-slots': { type: 'boolean' },
    'repair-topics': { type: 'boolean' },
    'no-prometheus': { type: 'boolean' },
    'no-seed': { type: 'boolean' },
    'no-fsync': { type: 'boolean' },
    quiet: { type: 'boolean' },
    json: { type: 'boolean' },
  });
  const profile = profileNames.find((name) => name === values.profile);
  if (!profile)
    throw new Problem(`There is no profile "${values.profile}"; there are: ${profileNames.join(', ')}.`);
  const portBase = Number(values['port-base']);
  if (
    !Number.isInteger(portBase) ||
    portBase < 0 ||
    (portBase > 0 && portBase < 1_024) ||
    portBase > lastBase
  )
    throw new Problem(`--port-base takes 0 or a number from 1024 to ${lastBase}.`);

  const output = terminal({ dataDir, quiet: Boolean(values.quiet || values.json) });
  const signal = interruption(output.say);
  const began = performance.now();
  try {
    const market = await launch({
      profile,
      repairSlots: Boolean(values['repair-slots']),
      repairTopics: Boolean(values['repair-topics']),
      prometheus: !values['no-prometheus'],
      dataDir,
      portBase,
      output,
      fsync: !values['no-fsync'],
      signal,
    });
    try {
      await open(market.file);
    } finally {
      await market.stop();
    }
  } catch (error) {
    if (error !== signal.reason) throw error;
  }
  output.say('stopped');
  return 0;

  async function open(market: MarketFile): Promise<void> {
    const { urls, pids } = market;
    const seeded = values['no-seed'] ? undefined : await filled(market);
    if (signal.aborted) return;
    if (values.json) process.stdout.write(`${JSON.stringify({ urls, pids, dataDir, profile })}\n`);
    else process.stdout.write(`${welcome(market, seeded)}\n`);
    const seconds = ((performance.now() - began) / 1_000).toFixed(1);
    output.say(`the market is ready after ${seconds} s; Ctrl-C stops it`);
    await sleep(200); // what they still say of their start
    output.showAll();
    await aborted(signal);
  }

  /** The demo catalogue, put there once: what people change or delete of it afterwards stays so. */
  async function filled({ urls }: MarketFile): Promise<SeededMarket | undefined> {
    const mark = path.join(dataDir, 'seeded');
    const places = { auth: urls.auth.http, store: urls.store.http };
    const seeding = seedMarket({ urls: places, log: output.say, complete: existsSync(mark) });
    const failed = (error: unknown) => {
      if (!signal.aborted)
        output.say(
          `the demo catalogue is not complete: ${(error as Error).message}. The market runs without it.`,
        );
      return undefined;
    };
    const seeded = await Promise.race([seeding, aborted(signal)]).catch(failed);
    seeding.catch(() => {}); // nobody waits for it any more
    if (seeded) unlessFull(() => writeFileSync(mark, `${new Date().toISOString()}\n`));
    return seeded ?? undefined;
  }
}
