/** One thing to look at. `run` rejects when it is not well. */
export interface Check {
  name: string;
  run(): Promise<void>;
  /** Whether /healthz answers 503 when this one fails. */
  critical: boolean;
}

export interface CheckState {
  status: 'up' | 'down';
  critical: boolean;
  milliseconds: number;
  /** A code or a class of error: messages may name hosts and tables, and /healthz is public. */
  reason?: string;
}

export interface Report {
  status: 'up' | 'degraded' | 'down' | 'draining';
  checks: Record<string, CheckState>;
}

/** What /healthz, the probes and grpc.health.v1 all answer from. */
export interface Health {
  /** The process runs; asks nobody. */
  live(): Report;
  /** It can do its work: its own database answers, and it is not stopping. */
  ready(): Promise<Report>;
  /** Everything there is to look at. */
  all(): Promise<Report>;
  /** From now on not ready. */
  drain(): void;
  draining(): boolean;
}

export interface HealthOptions {
  ready?: Check[];
  /** Looked at by `all` only, beside those of `ready`. */
  checks?: Check[];
  timeoutMs?: number;
  /** For how long a result is given again: /healthz is public, and must not be a way to load the database. */
  rememberMs?: number;
}

export function createHealth({
  ready = [],
  checks = [],
  timeoutMs = 2000,
  rememberMs = 250,
}: HealthOptions): Health {
  let draining = false;
  const once = (list: Check[]) => remembered(() => runAll(list, timeoutMs), rememberMs);
  const runReady = once(ready);
  const runOthers = once(checks);

  return {
    live: () => ({ status: 'up', checks: {} }),
    async ready() {
      if (draining) return { status: 'draining', checks: {} };
      const states = await runReady();
      return { status: allUp(states) ? 'up' : 'down', checks: states };
    },
    async all() {
      const states = Object.assign({}, ...(await Promise.all([runReady(), runOthers()])));
      return { status: draining ? 'draining' : statusOf(states), checks: states };
    },
    drain() {
      draining = true;
    },
    draining: () => draining,
  };
}

/** 200 while work is done, also when something less than critical is down. */
export const healthStatus = ({ status }: Report): number =>
  status === 'up' || status === 'degraded' ? 200 : 503;

type States = Record<string, CheckState>;

const allUp = (states: States): boolean => Object.values(states).every(({ status }) => status === 'up');

function statusOf(states: States): Report['status'] {
  if (allUp(states)) return 'up';
  return Object.values(states).some(({ status, critical }) => status === 'down' && critical)
    ? 'down'
    : 'degraded';
}

async function runAll(checks: Check[], timeoutMs: number): Promise<States> {
  const states = await Promise.all(
    checks.map(async (check) => [check.name, await look(check, timeoutMs)] as const),
  );
  return Object.fromEntries(states);
}

async function look({ run, critical }: Check, timeoutMs: number): Promise<CheckState> {
  const begun = performance.now();
  const failure = await within(timeoutMs, run).then(
    () => undefined,
    (error) => reasonOf(error),
  );
  const milliseconds = Math.round(performance.now() - begun);
  return failure
    ? { status: 'down', critical, milliseconds, reason: failure }
    : { status: 'up', critical, milliseconds };
}

async function within(timeoutMs: number, run: () => Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(Object.assign(new Error('no answer'), { code: 'TIMEOUT' })), timeoutMs);
  });
  try {
    await Promise.race([run(), timeout]);
  } finally {
    clearTimeout(timer);
  }
}

function reasonOf(error: unknown): string {
  const code = (error as { code?: unknown })?.code;
  if (typeof code === 'string') return code;
  return error instanceof Error ? error.name : 'Error';
}

/** Callers share the run under way, however long it takes, and callers soon after its end share its result. */
function remembered(run: () => Promise<States>, rememberMs: number): () => Promise<States> {
  let last: { states: Promise<States>; until: number } | undefined;
  return () => {
    if (last && performance.now() <= last.until) return last.states;
    const begun = { states: run(), until: Number.POSITIVE_INFINITY };
    void begun.states.then(() => {
      begun.until = performance.now() + rememberMs;
    });
    last = begun;
    return begun.states;
  };
}
