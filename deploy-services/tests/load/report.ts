import { type ProfileName, profileNames } from '../../local/topology.js';
import type { Figures, MarketFigures, Throughput } from './measure.js';
import type { PgbenchResult } from './pgbench.js';

const notMeasured = 'not measured';

/** The figures for people: ratios first, since they mean the same on the next machine. */
export function report({ at, machine, seconds, markets, pgbench }: Figures): string {
  const measured = profileNames.flatMap((name) => (markets[name] ? [{ name, ...markets[name] }] : []));
  const plain = best(pgbench?.plain);
  const pipelined = best(pgbench?.pipelined);
  const rivals = [plain, pipelined];

  const rates = measured.map(({ throughput }) => throughput.confirmedPerSecond);
  const micros = measured.map(({ throughput }) => microsOf(throughput));
  const [embedded] = measured[0]?.name === 'embedded' ? rates : [];
  const [embeddedMicros] = measured[0]?.name === 'embedded' ? micros : [];

  const lines = [
    `${machine.cores} x ${machine.cpu}, ${machine.os}, Node ${machine.node}, PostgreSQL ${machine.postgres}; ${at.slice(0, 16)}Z`,
    '',
    row(`Under load for ${seconds} s`, ...measured.map(({ name }) => name), 'pgbench', 'pgbench pipelined'),
    row('confirmed orders a second', ...[...rates, ...rivals.map((one) => one?.ordersPerSecond)].map(whole)),
    ...(measured.length > 1 ? [row('  beside embedded', ...rates.map((rate) => ratio(rate, embedded)))] : []),
    row('  beside pgbench', ...rates.map((rate) => ratio(rate, plain?.ordersPerSecond))),
    row('  beside pgbench pipelined', ...rates.map((rate) => ratio(rate, pipelined?.ordersPerSecond))),
    row('CPU per order, µs', ...[...micros, ...rivals.map(microsOfPgbench)].map(whole)),
    ...(measured.length > 1
      ? [row('  beside embedded', ...micros.map((one) => ratio(one, embeddedMicros)))]
      : []),
    row('  beside pgbench', ...micros.map((one) => ratio(one, microsOfPgbench(plain)))),
    row('  beside pgbench pipelined', ...micros.map((one) => ratio(one, microsOfPgbench(pipelined)))),
    row(
      'clients',
      ...[
        ...measured.map(({ throughput }) => throughput.connections),
        ...rivals.map((one) => one?.clients),
      ].map(whole),
    ),
    row(
      'other processes used, cores',
      ...[
        ...measured.map(({ throughput }) => throughput.otherCores),
        ...rivals.map((one) => one?.otherCores),
      ].map((cores) => cores?.toFixed(2) ?? notMeasured),
    ),
    ...(pgbench ? [] : ['  pgbench was not found: ratio not measured']),
    '',
    row('Order to confirmed', ...measured.flatMap(({ name }) => [`${name} p50`, `${name} p99`])),
    ...(measured[0]?.latency ?? []).map(({ ordersPerSecond }, i) =>
      row(
        `at ${ordersPerSecond} orders a second`,
        ...measured.flatMap(({ latency }) => [latency[i]?.p50Ms, latency[i]?.p99Ms].map(milliseconds)),
      ),
    ),
    '',
    row('Start to the first order', ...measured.map(({ name }) => name)),
    row('fresh data', ...measured.map((market) => `${market.firstOrderSeconds.freshData.toFixed(1)} s`)),
    row('second start', ...measured.map((market) => `${market.firstOrderSeconds.secondStart.toFixed(1)} s`)),
    '',
    ...measured.flatMap(details),
  ];
  return lines.map((line) => line.trimEnd()).join('\n');
}

function details({ name, throughput, memory, check }: { name: ProfileName } & MarketFigures): string[] {
  const { cpuMicros, refused, failed, failures } = throughput;
  const { load = 0, ...own } = cpuMicros ?? {};
  return [
    cpuMicros
      ? `${name}: CPU per order by process, µs: ${listed(own)}; not counted: load generator ${whole(load)}`
      : `${name}: CPU is ${notMeasured}: this system has no /proc`,
    ...(refused + failed > 0 ? [`  refused ${refused}, failed ${failed}: ${failures.join('; ')}`] : []),
    `  memory at rest, MiB: ${memory ? listed(memory.atRest) : notMeasured}`,
    `  after the load: ${memory ? listed(memory.afterLoad) : notMeasured}`,
    check.ok
      ? `  npm run check: all ${check.invariants} invariants hold`
      : `  npm run check: WRONG: ${check.violated.join('; ')}`,
    '',
  ];
}

function row(label: string, ...cells: string[]): string {
  return `  ${label.padEnd(32)}${cells.map((cell) => cell.padStart(19)).join('')}`;
}

/** Of all processes of the market together; the load generator is none of it. */
function microsOf({ cpuMicros }: Throughput): number | undefined {
  if (!cpuMicros) return undefined;
  const { load: _, ...own } = cpuMicros;
  return Object.values(own).reduce((sum, micros) => sum + micros, 0);
}

const microsOfPgbench = (result: PgbenchResult | undefined) =>
  result?.cpuMicros && result.cpuMicros.postgres + result.cpuMicros.pgbench;

const ratio = (mine: number | undefined, theirs: number | undefined) =>
  mine && theirs ? `${(mine / theirs).toFixed(2)} x` : notMeasured;

const milliseconds = (value: number | undefined) =>
  value === undefined ? notMeasured : `${value.toFixed(1)} ms`;

/** The number of clients that pgbench did most with. */
const best = (results: PgbenchResult[] = []): PgbenchResult | undefined =>
  results.toSorted((a, b) => b.ordersPerSecond - a.ordersPerSecond)[0];

const whole = (value: number | undefined) => (value === undefined ? notMeasured : `${Math.round(value)}`);

const listed = (values: Record<string, number>) =>
  Object.entries(values)
    .map(([name, value]) => `${name} ${Math.round(value)}`)
    .join(', ');
