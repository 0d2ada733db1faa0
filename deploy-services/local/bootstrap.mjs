// What a fresh clone needs before anything of it can run. Only Node's own modules: there are no others yet.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../../', import.meta.url));
const packages = [
  'shared-sdk',
  'service-auth',
  'service-store',
  'service-order',
  'service-payment',
  'deploy-services',
];

/** Everything that is said goes to stderr: stdout belongs to the command. */
const say = (line) => process.stderr.write(`${line}\n`);

function fail(line) {
  say(line);
  process.exit(1);
}

export function prepare() {
  checkNode();
  install();
  build();
}

function checkNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  const oldest = { 20: 19, 22: 12 }[major] ?? (major > 22 ? 0 : Number.POSITIVE_INFINITY);
  if (minor < oldest)
    fail(`This needs Node 20.19, 22.12 or newer; here is ${process.versions.node}. See https://nodejs.org.`);
}

/** Runs npm's or TypeScript's own program with this Node: no shell, no PATH, no .cmd files. */
function run(what, program, args) {
  // Its stdout goes to our stderr as well.
  const { status, error } = spawnSync(process.execPath, [program, ...args], {
    cwd: root,
    stdio: ['ignore', 2, 2],
  });
  if (error) fail(`${what} could not start: ${error.message}`);
  if (status !== 0) fail(`${what} failed (exit ${status}); what it said stands above.`);
}

function install() {
  const lock = path.join(root, 'package-lock.json');
  const stamp = path.join(root, 'node_modules', '.market-installed');
  const installed = path.join(root, 'node_modules', '.package-lock.json');
  const hash = createHash('sha256').update(readFileSync(lock)).digest('hex');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === hash) return;
  // Somebody ran npm by hand since the lock file changed.
  const byHand =
    !existsSync(stamp) && existsSync(installed) && statSync(installed).mtimeMs >= statSync(lock).mtimeMs;
  if (!byHand) {
    say('Installing packages (the first time this takes about a minute) …');
    run('npm ci', npmProgram(), ['ci', '--no-fund', '--no-audit', '--loglevel=error']);
  }
  writeFileSync(stamp, hash);
}

function npmProgram() {
  const candidates = [
    process.env.npm_execpath,
    path.join(path.dirname(process.execPath), 'node_modules/npm/bin/npm-cli.js'),
    path.join(path.dirname(process.execPath), '../lib/node_modules/npm/bin/npm-cli.js'),
    '/usr/share/nodejs/npm/bin/npm-cli.js',
  ];
  const found = candidates.find((file) => file?.endsWith('npm-cli.js') && existsSync(file));
  return found ?? fail('npm was not found beside Node; run "npm ci" and start again.');
}

function build() {
  const stamp = path.join(root, 'node_modules', '.market-built');
  const newest = Math.max(...packages.map((folder) => newestIn(path.join(root, folder))));
  const whole = packages.every((folder) => existsSync(path.join(root, folder, 'dist', '.tsbuildinfo')));
  if (whole && existsSync(stamp) && Number(readFileSync(stamp, 'utf8')) === newest) return;
  say('Building …');
  const tsc = path.join(root, 'node_modules/typescript/bin/tsc');
  run('The build', tsc, ['-b', 'shared-sdk']);
  run('The build', tsc, ['-b', ...packages.slice(1)]);
  writeFileSync(stamp, String(newest));
}

function newestIn(folder) {
  let newest = 0;
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (['node_modules', 'dist', 'test', 'docs'].includes(entry.name)) continue;
    const file = path.join(folder, entry.name);
    if (entry.isDirectory()) newest = Math.max(newest, newestIn(file));
    else if (/\.(ts|js|json)$/.test(entry.name)) newest = Math.max(newest, statSync(file).mtimeMs);
  }
  return newest;
}
