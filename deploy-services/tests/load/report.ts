import { type ProfileName, profileNames, serviceNames } from '../../local/topology.js';
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
    ...goals(markets),
  ];
  return lines.map((line) => line.trimEnd()).join('\n');
}

/** What is to be reached, on 2 cores that are not busy with anything else. */
function goals({ embedded, stack }: Figures['markets']): string[] {
  const largest =
    embedded?.memory && Math.max(...serviceNames.map((name) => embedded.memory?.atRest[name] ?? 0));
  const share =
    embedded && stack && stack.throughput.confirmedPerSecond / embedded.throughput.confirmedPerSecond;
  const p99 = stack?.latency.find(({ ordersPerSecond }) => ordersPerSecond === 50)?.p99Ms;
  const goal = (
    what: string,
    value: number | undefined,
    reached: (value: number) => boolean,
    shown: string,
  ) => (value === undefined ? [] : [`  ${reached(value) ? 'reached' : 'MISSED '}  ${what}: ${shown}`]);
  const below = (most: number) => (value: number) => value < most;
  const { freshData } = embedded?.firstOrderSeconds ?? {};
  const { secondStart } = stack?.firstOrderSeconds ?? {};
  return [
    'To reach:',
    ...goal('embedded, first order in less than 10 s', freshData, below(10), `${freshData?.toFixed(1)} s`),
    ...goal(
      'embedded, each service at rest below 110 MiB',
      largest,
      below(110),
      `${whole(largest)} MiB at most`,
    ),
    ...goal('stack, p99 below 1 s at 50 orders a second', p99, below(1_000), milliseconds(p99)),
    ...goal(
      'stack, at least half of the orders of embedded',
      share,
      (value) => value >= 0.5,
      ratio(share, 1),
    ),
    ...goal(
      'stack, first order of a later start in less than 40 s',
      secondStart,
      below(40),
      `${secondStart?.toFixed(1)} s`,
    ),
    '',
  ];
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
