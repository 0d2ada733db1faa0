import { readdirSync, readFileSync } from 'node:fs';

/** CPU seconds, user and system. */
export type CpuSeconds = Record<string, number>;

/** What of the CPU can be told from outside a process is in /proc, which only Linux has. */
export const canMeasureCpu = process.platform === 'linux';

const ticksPerSecond = 100; // USER_HZ is 100 on every Linux that Node runs on

interface Times {
  parent: number;
  own: number;
  /** Of its children that have ended. */
  reaped: number;
}

function timesOf(pid: number | string): Times | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat
      .slice(stat.lastIndexOf(')') + 2)
      .split(' ')
      .map(Number); // from the third on: state, ppid, …
    const at = (field: number) => (fields[field - 3] ?? 0) / ticksPerSecond;
    return { parent: fields[1] ?? 0, own: at(14) + at(15), reaped: at(16) + at(17) };
  } catch (error) {
    if (
      (error as NodeJS.ErrnoException).code === 'ENOENT' ||
      (error as NodeJS.ErrnoException).code === 'ESRCH'
    )
      return undefined; // it ended meanwhile
    throw error;
  }
}

/** CPU that each process has used so far, its children included, and the whole machine's as `machine`. */
export function cpuOf(pids: Record<string, number>): CpuSeconds {
  const all = new Map<number, Times>();
  for (const name of readdirSync('/proc')) {
    const times = /^\d+$/.test(name) ? timesOf(name) : undefined;
    if (times) all.set(Number(name), times);
  }
  const owned = new Set(Object.values(pids));
  const used = Object.fromEntries(
    Object.entries(pids).map(([name, pid]) => {
      let sum = (all.get(pid)?.own ?? 0) + (all.get(pid)?.reaped ?? 0);
      for (const [child, { parent, own, reaped }] of all)
        if (parent === pid && !owned.has(child)) sum += own + reaped;
      return [name, sum];
    }),
  );
  return { ...used, machine: machineSeconds() };
}

function machineSeconds(): number {
  const line = readFileSync('/proc/stat', 'utf8').split('\n')[0] ?? '';
  const [user = 0, nice = 0, system = 0, , , irq = 0, softirq = 0] = line.split(/\s+/).slice(1).map(Number);
  return (user + nice + system + irq + softirq) / ticksPerSecond;
}

/** CPU of our own children that have ended. */
export const secondsOfEndedChildren = (): number => timesOf('self')?.reaped ?? 0;

export const difference = (before: CpuSeconds, after: CpuSeconds): CpuSeconds =>
  Object.fromEntries(Object.keys(after).map((name) => [name, (after[name] ?? 0) - (before[name] ?? 0)]));

/** Resident memory in MiB. */
export function residentMiB(pid: number): number {
  const kB = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return Math.round(Number(kB) / 1024);
}
