import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { MarketFile } from '../../local/market-file.js';
import { root } from '../../local/topology.js';
import { eventually } from './market.js';

// Somebody who has just cloned this: types what the README says, and pastes what the terminal shows.

const dataDir = mkdtempSync(path.join(tmpdir(), 'market-newcomer-'));
let npm: ChildProcess;
let shown = '';
let said = '';

async function npmStart(): Promise<void> {
  shown = said = '';
  const profile = process.env.MARKET_PROFILE ?? 'embedded';
  const options = ['--port-base', '0', '--data-dir', dataDir, '--quiet', '--no-fsync', '--profile', profile];
  npm = spawn('npm', ['start', '--', ...options], {
    cwd: root,
    detached: true, // a terminal of its own, as far as a Ctrl-C is concerned
    // bash becomes the script that it runs, which then gets a Ctrl-C from the terminal and another one from npm.
    env: { ...process.env, npm_config_script_shell: 'bash' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  npm.stdout?.on('data', (chunk) => {
    shown += chunk;
  });
  npm.stderr?.on('data', (chunk) => {
    said += chunk;
  });
  await eventually(
    async () => expect(shown + (npm.exitCode === null ? '' : said)).toContain('npm run status'),
    120_000,
  );
}

async function ctrlC(): Promise<void> {
  process.kill(-(npm.pid as number), 'SIGINT');
  if (npm.exitCode === null) await once(npm, 'exit');
}

beforeAll(npmStart, 180_000);
afterAll(async () => {
  if (npm.exitCode === null) await ctrlC();
  rmSync(dataDir, { recursive: true, force: true });
}, 60_000);

/** What is to be pasted: indented, and continued where a line ends in a backslash. */
function pasted(): string[] {
  const text = shown.replaceAll('\\\n', '');
  return text.split('\n').filter((line) => /^ {2}(TOKEN=|ORDER=|curl )/.test(line));
}

const command = (name: string, ...args: string[]) =>
  promisify(execFile)('npm', ['run', '--silent', name, '--', '--data-dir', dataDir, ...args], {
    cwd: root,
  }).then(
    ({ stdout }) => ({ code: 0, stdout }),
    ({ code, stdout }: { code: number; stdout: string }) => ({ code, stdout }),
  );

describe('somebody who has just cloned this', () => {
  it('finds a shop with a catalogue', () => {
    const [, stores, products] = /(\d+) stores with (\d+) products/.exec(shown) ?? [];
    expect(Number(stores)).toBeGreaterThanOrEqual(8);
    expect(Number(products)).toBeGreaterThanOrEqual(200);
  });

  it('places an order with the printed lines, and finds its whole history', async () => {
    const lines = pasted();
    expect(lines).toHaveLength(3);
    const [login, order, look] = lines as [string, string, string];
    const { stdout } = await promisify(execFile)('bash', [
      '-euc',
      `${login}\n${order}\nfor i in $(seq 100); do SEEN=$(${look}); case "$SEEN" in *CAPTURED*) break;; esac; sleep 0.2; done; echo "$SEEN"`,
    ]);
    const seen = JSON.parse(stdout);
    expect(seen).toMatchObject({ status: 'CONFIRMED', money: 'CAPTURED' });
    expect(seen.history.map(({ trigger }: { trigger: string }) => trigger)).toEqual([
      'Place',
      'StockReserved',
      'PaymentAuthorized',
      'PaymentCaptured',
    ]);
  });

  it('hears nothing of the services, when it is to be quiet; that is in the logs', () => {
    expect(readFileSync(path.join(dataDir, 'logs', 'order.log'), 'utf8')).toContain('POST /v1/orders');
    expect(
      said.split('\n').filter((line) => /^(auth|store|order|payment|relay|postgres) /.test(line)),
    ).toEqual([]);
  });

  it('ends it with one Ctrl-C, in order, however many signals that makes', async () => {
    await ctrlC();
    await eventually(async () => expect(said.trim().split('\n').at(-1)).toBe('stopped'), 30_000);
    expect(said).not.toContain('at once\nstopping at once');
    expect(existsSync(path.join(dataDir, 'launcher.json'))).toBe(false);
  });

  it('finds everything again at a second start, with what people have changed', async () => {
    const products = /\d+ stores with \d+ products/.exec(shown)?.[0];
    await npmStart();
    expect(shown).toContain(products);
    expect(said).not.toContain('seeded');
    const { code, stdout } = await command('check');
    expect([code, stdout]).toEqual([0, expect.stringContaining('invariants hold')]);
  }, 180_000);

  it('is told by npm run check when something is wrong, with exit code 1', async () => {
    const { databases } = JSON.parse(readFileSync(path.join(dataDir, 'market.json'), 'utf8')) as MarketFile;
    const admin = new pg.Client({ connectionString: databases.admin.store });
    await admin.connect();
    // Sold, but to nobody.
    await admin.query(
      `UPDATE store.stock SET available = available - 1, sold = sold + 1
       WHERE product_id = (SELECT product_id FROM store.stock WHERE available > 0 LIMIT 1)`,
    );
    await admin.end();
    const { code, stdout } = await command('check');
    expect(code).toBe(1);
    expect(stdout).toMatch(/^WRONG +4/m);
    expect(stdout).toMatch(/^1 of \d+ invariants are violated\.$/m);
  });
});
