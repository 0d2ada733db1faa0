import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';

/** This process's metrics, the ones of the admin port. Our own, so that another library's default one stays apart. */
export const registry = new Registry();

/** 1 ms to 10 s; wide enough for a read and for a saga's step. */
export const durationBuckets = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

export const counter = <L extends string>(name: string, help: string, labelNames: L[] = []): Counter<L> =>
  known(name, () => new Counter({ name, help, labelNames, registers: [registry] }));

/** `collect` sets the value when metrics are read: for what is looked up rather than counted. */
export const gauge = <L extends string>(
  name: string,
  help: string,
  labelNames: L[] = [],
  collect?: (this: Gauge<L>) => void | Promise<void>,
): Gauge<L> =>
  known(
    name,
    () => new Gauge({ name, help, labelNames, registers: [registry], ...(collect && { collect }) }),
  );

export const histogram = <L extends string>(
  name: string,
  help: string,
  labelNames: L[] = [],
  buckets: number[] = durationBuckets,
): Histogram<L> =>
  known(name, () => new Histogram({ name, help, labelNames, buckets, registers: [registry] }));

// Several services, or several starts of one, may share a process in tests: a name is registered once.
function known<M>(name: string, make: () => M): M {
  return (registry.getSingleMetric(name) as M | undefined) ?? make();
}

let collecting = false;

/** Node's own: event loop lag, heap, garbage collection, handles. */
export function collectNodeMetrics(): void {
  if (collecting) return;
  collecting = true;
  collectDefaultMetrics({ register: registry });
}
