import type { Figures } from './measure.js';
import type { PgbenchResult } from './pgbench.js';

const notMeasured = 'not measured';

/** The figures for people: ratios first, since they mean the same on the next machine. */
export function report({
  at,
  machine,
  seconds,
  throughput,
  pgbench,
  latency,
  firstOrderSeconds,
  memory,
  check,
}: Figures): string {
  const { cpuMicros } = throughput;
  const { load = 0, ...own } = cpuMicros ?? {};
  const perOrder = Object.values(own).reduce((sum, micros) => sum + micros, 0);
  const plain = best(pgbench?.plain);
  const pipelined = best(pgbench?.pipelined);
  const micros = (result: PgbenchResult | undefined) =>
    result?.cpuMicros && result.cpuMicros.postgres + result.cpuMicros.pgbench;
  const ratio = (mine: number, theirs: number | undefined) =>
    theirs && mine ? `${(mine / theirs).toFixed(2)} x` : 'ratio not measured';
  const row = (...cells: string[]) =>
    `  ${(cells[0] ?? '').padEnd(34)}${cells
      .slice(1)
      .map((cell) => cell.padStart(20))
      .join('')}`;

  const lines = [
    `${machine.cores} x ${machine.cpu}, ${machine.os}, Node ${machine.node}, PostgreSQL ${machine.postgres}; ${at.slice(0, 16)}Z`,
    '',
    row(`Under load for ${seconds} s`, 'market', 'pgbench', 'pgbench pipelined'),
    row(
      'confirmed orders a second',
      ...[throughput.confirmedPerSecond, plain?.ordersPerSecond, pipelined?.ordersPerSecond].map(whole),
    ),
    row(
      '  the market beside it',
      '',
      ratio(throughput.confirmedPerSecond, plain?.ordersPerSecond),
      ratio(throughput.confirmedPerSecond, pipelined?.ordersPerSecond),
    ),
    row('CPU per order, µs', ...[cpuMicros && perOrder, micros(plain), micros(pipelined)].map(whole)),
    row('  the market beside it', '', ratio(perOrder, micros(plain)), ratio(perOrder, micros(pipelined))),
    row('clients', ...[throughput.connections, plain?.clients, pipelined?.clients].map(whole)),
    '',
    ...(cpuMicros
      ? [
          `  CPU per order by process, µs: ${listed(own)}; not counted: load generator ${whole(load)}`,
          `  other processes on this machine used ${[throughput, plain, pipelined].map((measured) => measured?.otherCores?.toFixed(2) ?? '?').join(', ')} cores meanwhile`,
        ]
      : [`  CPU is ${notMeasured}: this system has no /proc`]),
    ...(throughput.refused + throughput.failed > 0
      ? [`  refused ${throughput.refused}, failed ${throughput.failed}: ${throughput.failures.join('; ')}`]
      : []),
    ...(pgbench ? [] : ['  pgbench was not found: ratio not measured']),
    '',
    row('Order to confirmed', 'p50', 'p99', 'orders'),
    ...latency.map(({ ordersPerSecond, p50Ms, p99Ms, orders }) =>
      row(
        `at ${ordersPerSecond} orders a second`,
        `${p50Ms.toFixed(1)} ms`,
        `${p99Ms.toFixed(1)} ms`,
        whole(orders),
      ),
    ),
    '',
    row('Start to the first order', 'fresh data', 'second start'),
    row('', `${firstOrderSeconds.freshData.toFixed(1)} s`, `${firstOrderSeconds.secondStart.toFixed(1)} s`),
    '',
    `  Memory at rest, MiB: ${memory ? listed(memory.atRest) : notMeasured}`,
    `  after the load: ${memory ? listed(memory.afterLoad) : notMeasured}`,
    '',
    check.ok
      ? `npm run check: all ${check.invariants} invariants hold`
      : `npm run check: WRONG: ${check.violated.join('; ')}`,
    '',
  ];
  return lines.map((line) => line.trimEnd()).join('\n');
}

/** The number of clients that pgbench did most with. */
const best = (results: PgbenchResult[] = []): PgbenchResult | undefined =>
  results.toSorted((a, b) => b.ordersPerSecond - a.ordersPerSecond)[0];

const whole = (value: number | undefined) => (value === undefined ? notMeasured : `${Math.round(value)}`);

const listed = (values: Record<string, number>) =>
  Object.entries(values)
    .map(([name, value]) => `${name} ${Math.round(value)}`)
    .join(', ');
