import { existsSync, rmSync } from 'node:fs';
import path from 'node:path';
import { checkRunningMarket, type Report } from '../check/check.js';
import { withSnapshots } from '../check/snapshots.js';
import { interruption } from '../interrupted.js';
import { takeFolder } from '../launcher-note.js';
import { removeMarketFile } from '../market-file.js';
import { readOptions, typed } from '../options.js';
import { terminal } from '../output.js';
import { runPostgres } from '../postgres.js';
import { Problem } from '../problem.js';
import { profileOf, writeProfile } from '../profile-note.js';
import { type RunningMarket, runMarket } from '../run-market.js';
import { secretsIn } from '../secrets.js';
import { jars } from '../stack/jars.js';
import { requireJava } from '../stack/java.js';
import { endForgottenStack, stackFolder } from '../stack/java-program.js';
import type { ProfileName } from '../topology.js';
import { bringToRest } from './bring-to-rest.js';
import { type Contents, contentsOf, differences, table } from './contents.js';
import { copyDatabases, dropCopies, dropOriginal, hasOriginal } from './copy-databases.js';

export const help = `npm run move -- --to stack [options]
Moves a stopped market from the embedded profile to the stack (Kafka, Debezium, a database a service), with all it has.
Nobody can order meanwhile. Interrupted or failed at any moment, the market is what it was; run it again.

  --data-dir DIR   of the market (default .market)
  --wait N         seconds to wait for the market to come to rest (default 300)`;

const restOnStackSeconds = 120;

export async function move(args: string[]): Promise<number> {
  const { values, dataDir } = readOptions(args, {
    to: { type: 'string' },
    wait: { type: 'string', default: '300' },
    'no-fsync': { type: 'boolean' },
  });
  const waitSeconds = Number(values.wait);
  if (values.to !== 'stack') throw new Problem('A market moves to the stack: npm run move -- --to stack');
  if (!Number.isFinite(waitSeconds) || waitSeconds < 0)
    throw new Problem('--wait takes a number of seconds.');
  if (!existsSync(path.join(dataDir, 'postgres')))
    throw new Problem(`There is no market in ${dataDir}, so there is nothing to move.`);
  requireJava();
  const { lastWasKilled, release } = takeFolder(dataDir, 'stop it first, with Ctrl-C.');

  const output = terminal({ dataDir, quiet: true });
  const signal = interruption(output.say);
  const moving = mover({
    dataDir,
    output,
    waitSeconds,
    signal,
    lastWasKilled,
    fsync: !values['no-fsync'],
  });
  try {
    removeMarketFile(dataDir); // of a killed market: nobody is to look for it now
    await jars(output.say);
    await endForgottenStack(dataDir, output.say);
    return profileOf(dataDir) === 'stack' ? await moving.finish() : await moving.begin();
  } catch (error) {
    throw signal.aborted ? new Problem('Interrupted.') : error;
  } finally {
    release();
  }
}

interface Move {
  dataDir: string;
  output: ReturnType<typeof terminal>;
  waitSeconds: number;
  signal: AbortSignal;
  lastWasKilled: boolean;
  fsync: boolean;
}

/**
 * Until the stack has shown on copies that everything holds, the embedded market is the only one there is, and nothing
 * of it is changed. Then the note in the data folder is written anew, which is the move; what comes after only tidies.
 */
function mover({ dataDir, output, waitSeconds, signal, lastWasKilled, fsync }: Move) {
  const { say } = output;

  async function begin(): Promise<number> {
    try {
      return await tryAndCommit(await standStillAndCopy());
    } catch (error) {
      if (profileOf(dataDir) === 'embedded') {
        await forgetCopies().catch(({ message }: Error) =>
          say(`The copies could not be removed, which the next move will do: ${message}`),
        );
        say(`Nothing was moved: ${typed('npm start', dataDir)} runs the embedded market as before.`);
      } else
        say(`The market is on the stack; to remove what is left of the embedded one, run the same again.`);
      throw error;
    }
  }

  /** On free ports that nobody is told, so that no order comes in. */
  const run = (profile: ProfileName, afterKill: boolean): Promise<RunningMarket> =>
    runMarket({ profile, dataDir, portBase: 0, output, fsync, lastWasKilled: afterKill });

  async function standStillAndCopy(): Promise<Contents[]> {
    say('1/3 bringing the embedded market to rest, where nobody can reach it');
    const market = await run('embedded', lastWasKilled);
    const { databases, log } = market.file;
    try {
      signal.throwIfAborted();
      await withSnapshots({ databases, log }, (open) => bringToRest(open, waitSeconds, say, signal));
      await market.standStill();
      // Looked at once more where nothing can change any more: this, and nothing else, is what is copied.
      refuse(await checkRunningMarket({ databases, log }, { waitSeconds: 0 }));
      const contents = await withSnapshots({ databases, log }, (open) => open(contentsOf));
      signal.throwIfAborted();
      say('2/3 copying each service’s part of the database');
      rmSync(stackFolder(dataDir), { recursive: true, force: true }); // of a move that did not come to its end
      await copyDatabases(databases.admin.order, say);
      return contents;
    } finally {
      await market.stop();
    }
  }

  async function tryAndCommit(before: Contents[]): Promise<number> {
    signal.throwIfAborted();
    say('3/3 starting the stack on the copies, to see that everything holds there');
    const market = await run('stack', false);
    try {
      const { databases, log } = market.file;
      signal.throwIfAborted();
      const report = await checkRunningMarket({ databases, log }, { waitSeconds: restOnStackSeconds, say });
      refuse(report);
      const after = await withSnapshots({ databases, log }, (open) => open(contentsOf));
      const lost = differences(before, after);
      if (lost.length > 0) throw new Problem(`The copy is not the original: ${lost.join('; ')}.`);
      signal.throwIfAborted();
      writeProfile(dataDir, 'stack');
      say('moved; removing the embedded database');
      await dropOriginal(databases.admin.order);
      process.stdout.write(`${table(before, after, report.results.length)}\n`);
    } finally {
      await market.stop();
    }
    process.stdout.write(`The market is on the stack now. Start it: ${startStack}\n`);
    return 0;
  }

  /** After a move that was killed behind its last step. */
  async function finish(): Promise<number> {
    await withPostgres(async (adminUrl) => {
      if (!(await hasOriginal(adminUrl)))
        throw new Problem(`The market in ${dataDir} is on the stack already. Start it: ${startStack}`);
      await dropOriginal(adminUrl);
    });
    process.stdout.write(
      `The market was on the stack already; the embedded database is removed now. Start it: ${startStack}\n`,
    );
    return 0;
  }

  const startStack = typed('npm start -- --profile stack', dataDir);

  function refuse({ results, notes }: Report): void {
    const wrong = results.flatMap(({ number, violations, skipped }) =>
      [...(skipped ? [skipped] : []), ...violations].map((what) => `  ${number}: ${what}`),
    );
    if (wrong.length > 0) throw new Problem(['Not everything holds:', ...wrong, ...notes].join('\n'));
  }

  /** Their slots would keep PostgreSQL from forgetting its WAL. */
  async function forgetCopies(): Promise<void> {
    say('removing the copies');
    await withPostgres(dropCopies);
    rmSync(stackFolder(dataDir), { recursive: true, force: true });
  }

  async function withPostgres(work: (adminUrl: string) => Promise<void>): Promise<void> {
    const password = secretsIn(dataDir)('postgres');
    const postgres = await runPostgres({ dataDir, port: 0, password, fsync }, output, () => {});
    try {
      await work(postgres.url);
    } finally {
      await postgres.stop();
    }
  }

  return { begin, finish };
}
