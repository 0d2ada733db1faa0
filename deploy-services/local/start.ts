import { setTimeout as sleep } from 'node:timers/promises';
import { untilInterrupted } from './interrupted.js';
import { launch } from './launch.js';
import { readOptions } from './options.js';
import { terminal } from './output.js';
import { Problem } from './problem.js';
import { seedMarket } from './seed.js';
import { profileNames } from './topology.js';
import { welcome } from './welcome.js';

export const help = `npm start -- [options]
Runs the whole market on this machine until Ctrl-C. A second start takes up the data of the first.

  --profile embedded   PostgreSQL and the event log in it, from the npm registry (default)
  --profile stack      Kafka and Debezium, on Java 17 or newer; a database a service
  --port-base N        the first port (default 8100); 0 takes free ones
  --data-dir DIR       where its data is (default .market)
  --repair-slots       begin with new replication slots and send what the old ones have lost; see docs/stack.md
  --no-prometheus      without Prometheus, which otherwise watches when it is installed
  --no-seed            without the demo catalogue and users
  --quiet              no log lines of the services on the terminal; they are in <data-dir>/logs
  --json               nothing but one line of JSON on stdout, once it is ready: urls and pids by service`;

export async function start(args: string[]): Promise<number> {
  const { values, dataDir } = readOptions(args, {
    profile: { type: 'string', default: 'embedded' },
    'port-base': { type: 'string', default: '8100' },
    'repair-slots': { type: 'boolean' },
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
  if (!Number.isInteger(portBase) || portBase < 0 || (portBase > 0 && portBase < 1_024) || portBase > 65_000)
    throw new Problem('--port-base takes 0 or a number from 1024 to 65000.');

  const output = terminal({ dataDir, quiet: Boolean(values.quiet || values.json) });
  const interrupted = untilInterrupted(() => output.say('stopping at once'));
  const began = performance.now();
  const launching = launch({
    profile,
    repairSlots: Boolean(values['repair-slots']),
    prometheus: !values['no-prometheus'],
    dataDir,
    portBase,
    output,
    fsync: !values['no-fsync'],
  });
  const early = await Promise.race([
    interrupted.then(() => 'interrupted' as const),
    launching.then(() => 'ready' as const),
  ]);
  const market = await launching;
  if (early === 'interrupted') {
    await market.stop();
    return 0;
  }
  try {
    const { urls, pids } = market.file;
    const seeded = values['no-seed']
      ? undefined
      : await seedMarket({ urls: { auth: urls.auth.http, store: urls.store.http }, log: output.say });
    const ready = `the market is ready after ${((performance.now() - began) / 1_000).toFixed(1)} s`;
    if (values.json) process.stdout.write(`${JSON.stringify({ urls, pids, dataDir, profile })}\n`);
    else process.stdout.write(`${welcome(market.file, seeded)}\n`);
    output.say(`${ready}; Ctrl-C stops it`);
    await sleep(200); // what they still say of their start
    output.showAll();
    await interrupted;
  } finally {
    await market.stop();
  }
  output.say('stopped');
  return 0;
}
