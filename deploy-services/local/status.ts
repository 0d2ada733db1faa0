import { isAlive, requireMarket } from './market-file.js';
import { readOptions } from './options.js';
import { serviceNames } from './topology.js';

export const help = `npm run status -- [--data-dir DIR]
Shows each process of the running market, whether it is well, and what it says about itself; on the stack also the
connectors, their slots in PostgreSQL and how far each group of consumers is behind. Exit 1 when one is not well.`;

interface Health {
  status?: string;
  checks?: Record<string, { status: string; reason?: string }>;
}

export async function status(args: string[]): Promise<number> {
  const { dataDir } = readOptions(args, {});
  const market = requireMarket(dataDir);
  const { pids, urls } = market;
  const stack = market.profile === 'stack';
  const watching =
    pids.prometheus === undefined
      ? []
      : [await row('Prometheus', pids.prometheus, undefined, urls.prometheus)];
  const rows = await Promise.all([
    row('PostgreSQL', pids.postgres),
    ...(pids.broker !== undefined ? [row('Kafka', pids.broker)] : []),
    row(stack ? 'Kafka Connect' : 'relay', pids.relay, stack ? undefined : urls.relay.admin),
    ...serviceNames.map((name) => row(`service-${name}`, pids[name], urls[name].admin, urls[name].http)),
  ]);
  process.stdout.write(`profile ${market.profile}, since ${market.startedAt}, data in ${dataDir}\n\n`);
  // The market does not need who only watches it.
  for (const { name, by, well, where, trouble } of [...rows, ...watching])
    process.stdout.write(
      `  ${well ? 'up  ' : 'DOWN'} ${name.padEnd(16)} ${by.padEnd(16)} ${where}${trouble}\n`,
    );
  const more = stack ? await (await import('./stack/status.js')).stackStatus(market) : [];
  if (stack) process.stdout.write('\n');
  for (const { well, text } of more) process.stdout.write(`  ${well ? 'up  ' : 'DOWN'} ${text}\n`);
  return [...rows, ...more].every(({ well }) => well) ? 0 : 1;
}

async function row(name: string, pid: number, admin?: string, where = admin ?? '') {
  const alive = isAlive(pid);
  const by = `process ${pid}`;
  if (!admin) return { name, by, well: alive, where, trouble: '' };
  try {
    const response = await fetch(`${admin}/healthz`, { signal: AbortSignal.timeout(3_000) });
    const { checks = {} } = (await response.json()) as Health;
    const ill = Object.entries(checks).filter(([, check]) => check.status !== 'up' && check.status !== 'ok');
    // Who answers in the place of a process that is gone is somebody to whom the launcher has left it.
    return {
      name,
      by: alive ? by : 'npm run dev',
      well: response.ok,
      where,
      trouble: response.ok
        ? ''
        : ` ${ill.map(([what, { reason }]) => `${what}: ${reason ?? 'down'}`).join(', ')}`,
    };
  } catch (error) {
    // Of fetch's own "fetch failed" nobody learns anything.
    const { message } = ((error as Error).cause ?? error) as Error;
    return { name, by, well: false, where, trouble: alive ? ` ${message}` : '' };
  }
}
