import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { readOptions } from '../../local/options.js';
import { Problem } from '../../local/problem.js';
import { requireJava, requireMaven } from '../../local/stack/java.js';
import { type ProfileName, profileNames } from '../../local/topology.js';
import { type Figures, measure } from './measure.js';
import { report } from './report.js';

const help = `npm run bench -- [options]
Measures markets of its own on this machine, one profile after the other and side by side: orders a second and CPU an
order beside pgbench, the time until an order is confirmed, the start, the memory. Takes some minutes; progress on
stderr, the figures on stdout.

  --profile P   embedded or stack only (default: embedded, and stack where Java and Maven are)
  --seconds N   of load in each measurement (default 15)
  --quick       4 s each, for a first look
  --json        the figures as JSON`;

export async function bench(args: string[]): Promise<number> {
  if (args.includes('--help') || args.includes('-h')) {
    process.stdout.write(`${help}\n`);
    return 0;
  }
  try {
    const { values } = readOptions(args, {
      seconds: { type: 'string' },
      quick: { type: 'boolean' },
      json: { type: 'boolean' },
      profile: { type: 'string' },
    });
    const profiles = profilesToMeasure(values.profile);
    const seconds = Number(values.seconds ?? (values.quick ? 4 : 15));
    if (!Number.isInteger(seconds) || seconds < 1 || seconds > 120)
      throw new Problem('--seconds takes a whole number from 1 to 120.');
    const figures = await inFolderOfItsOwn(seconds, profiles);
    process.stdout.write(values.json ? `${JSON.stringify(figures, null, 2)}\n` : report(figures));
    return Object.values(figures.markets).every(({ check }) => check.ok) ? 0 : 1;
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    process.stderr.write(`${error.message}\n`);
    return 1;
  }
}

function profilesToMeasure(asked: string | undefined): readonly ProfileName[] {
  if (asked !== undefined) {
    const profile = profileNames.find((name) => name === asked);
    if (!profile) throw new Problem(`There is no profile "${asked}"; there are: ${profileNames.join(', ')}.`);
    return [profile];
  }
  try {
    requireJava();
    requireMaven();
    return profileNames;
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    process.stderr.write(`the stack is not measured: ${error.message}\n`);
    return ['embedded'];
  }
}

async function inFolderOfItsOwn(seconds: number, profiles: readonly ProfileName[]): Promise<Figures> {
  const dataDir = mkdtempSync(path.join(tmpdir(), 'market-bench-'));
  const running = new Set<() => Promise<void>>();
  process.once('SIGINT', async () => {
    process.stderr.write('stopping\n');
    await Promise.all([...running].map((stop) => stop()));
    rmSync(dataDir, { recursive: true, force: true });
    process.exit(130);
  });
  try {
    return await measure({
      profiles,
      dataDir,
      seconds,
      running,
      say: (line) => void process.stderr.write(`${line}\n`),
    });
  } finally {
    await Promise.all([...running].map((stop) => stop()));
    rmSync(dataDir, { recursive: true, force: true });
  }
}
