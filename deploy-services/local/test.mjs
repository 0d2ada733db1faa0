// `npm test`: everything that can be proven on this machine, folder by folder, with one count at the end.
// `npm test -- service-order system` runs only those; what stands behind `--` goes to vitest.
// `npm run test:stack`: what is about events, once more on Kafka and Debezium.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { prepare, root } from './bootstrap.mjs';

const services = ['service-auth', 'service-store', 'service-order', 'service-payment'];
const embeddedSuites = [
  { name: 'shared-sdk', folder: 'shared-sdk' },
  ...services.map((name) => ({ name, folder: name })),
  { name: 'deploy-services', folder: 'deploy-services' },
  // Whole markets, as a user starts them.
  { name: 'system', folder: 'deploy-services', config: 'vitest.system.config.ts' },
];
const stackSuites = [
  { name: 'events', folder: 'shared-sdk', files: ['test/events'], broker: true },
  { name: 'deploy-services', folder: 'deploy-services', files: ['.stack.test.ts'], broker: true },
  { name: 'system', folder: 'deploy-services', config: 'vitest.system.config.ts' },
];

const faults = { name: 'faults', folder: 'deploy-services', config: 'vitest.faults.config.ts' };

const stack = process.argv[2] === '--stack';
const suites = stack ? stackSuites : embeddedSuites;
const asked = [...suites, faults]; // faults take their time: only when they are asked for
const args = process.argv.slice(stack ? 3 : 2);
const cut = args.includes('--') ? args.indexOf('--') : args.length;
const names = args.slice(0, cut);
if (names.includes('--help') || names.includes('-h')) {
  process.stdout.write(`npm ${stack ? 'run test:stack' : 'test'} -- [suite ...] [-- what vitest takes, such as a file]
Runs these suites, or all: ${suites.map(({ name }) => name).join(', ')}; with one count at the end.\n`);
  process.exit();
}
const unknown = names.filter((name) => !asked.some((suite) => suite.name === name));
if (unknown.length > 0) {
  process.stderr.write(
    `There is no suite ${unknown.join(', ')}; there are: ${suites.map(({ name }) => name).join(', ')}\n`,
  );
  process.exit(2);
}

prepare();
const chosen = names.length > 0 ? asked.filter(({ name }) => names.includes(name)) : suites;
const total = { passed: 0, failed: 0, skipped: 0 };
const failures = [];
const missing = stack ? await missingForStack() : [];
const broker = missing.length === 0 && chosen.some((suite) => suite.broker) ? await startBroker() : undefined;
for (const [i, suite] of chosen.entries()) {
  process.stderr.write(`\n[${i + 1}/${chosen.length}] ${suite.name}\n`);
  const result = missing.length > 0 ? skip(suite) : run(suite);
  for (const key of Object.keys(total)) total[key] += result[key];
  for (const failure of result.failures ?? []) failures.push(`${suite.name}: ${failure}`);
}
await broker?.stop();
const { passed, failed, skipped } = total;
// Once more where everybody looks: the suite that failed may be thousands of lines above.
if (failures.length > 0) process.stdout.write(`\nFailed:\n${failures.map((line) => `  ${line}\n`).join('')}`);
if (process.env.MARKET_TEST_SUMMARY)
  writeFileSync(process.env.MARKET_TEST_SUMMARY, JSON.stringify({ ...total, failures }));
process.stdout.write(`\n${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}\n`);
process.exitCode = failed > 0 ? 1 : 0;

function run({ folder, config = 'vitest.config.ts', files = [] }) {
  const cwd = path.join(root, folder);
  const report = path.join(root, 'node_modules', `.market-test-${process.pid}.json`);
  const vitest = path.join(root, 'node_modules/vitest/vitest.mjs');
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
  const { status } = spawnSync(
    process.execPath,
    [vitest, 'run', '-c', config, ...reporters, ...files, ...args.slice(cut + 1)],
    { cwd, stdio: ['ignore', 2, 2], env: { ...process.env, ...environment() } },
  );
  const counted = count(report);
  // A run that failed without a failed test: a file that could not be loaded, a server that did not start.
  const unseen = {
    ...counted,
    failed: 1,
    failures: ['vitest failed, but none of its tests: see its output above'],
  };
  return status !== 0 && counted.failed === 0 ? unseen : counted;
}

function count(report) {
  try {
    const told = JSON.parse(readFileSync(report, 'utf8'));
    const failures = told.testResults.flatMap(({ name, assertionResults }) =>
      assertionResults
        .filter(({ status }) => status === 'failed')
        .map(({ fullName, failureMessages: [why = ''] }) => {
          return `${path.relative(root, name)} > ${fullName}: ${why.split('\n')[0]}`;
        }),
    );
    return {
      passed: told.numPassedTests,
      failed: told.numFailedTests,
      skipped: told.numPendingTests + told.numTodoTests,
      failures,
    };
  } catch {
    return { passed: 0, failed: 1, skipped: 0, failures: ['vitest left no report'] };
  } finally {
    rmSync(report, { force: true });
  }
}

function environment() {
  if (!stack) return {};
  return {
    MARKET_PROFILE: 'stack',
    ...(broker && { MARKET_TEST_KAFKA: broker.address, MARKET_TEST_KAFKA_SECURE: broker.secure }),
  };
}

/** What the stack runs on and this machine lacks, in words. */
async function missingForStack() {
  const { requireJava, requireMaven } = await import('../dist/local/stack/java.js');
  return [requireJava, requireMaven].flatMap((required) => {
    try {
      required();
      return [];
    } catch (problem) {
      return [problem.message];
    }
  });
}

/** Not passed, and not silent about it. */
function skip({ name }) {
  process.stderr.write(
    `\n  !!! NOT RUN: ${name} on the stack.\n${missing.map((line) => `  !!! ${line}\n`).join('')}\n`,
  );
  return { passed: 0, failed: 0, skipped: 1 };
}

/** A broker for the tests that have no market. It ends when we do. */
async function startBroker() {
  const module = path.join(root, 'deploy-services/dist/local/stack/broker-for-tests.js');
  const running = spawn(process.execPath, [module], { stdio: ['ignore', 'pipe', 'inherit', 'ipc'] });
  const ended = once(running, 'exit');
  const first = await Promise.race([once(running.stdout, 'data'), ended.then(() => undefined)]);
  if (!first) throw new Error('the broker for the tests could not be started');
  const [address, secure] = String(first[0]).trim().split('\n');
  return {
    address,
    secure,
    async stop() {
      running.disconnect();
      await ended;
    },
  };
}
