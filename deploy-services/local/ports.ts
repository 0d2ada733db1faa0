import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { Problem } from './problem.js';
import { byService, type ProfileName, type ServiceName, serviceNames, services } from './topology.js';

export interface ServicePorts {
  http: number;
  grpc: number;
  admin: number;
}

export interface Ports {
  postgres: number;
  /** The admin port of the relay; on the stack the REST interface of Kafka Connect. */
  relay: number;
  control: number;
  broker?: { clients: number; controller: number };
  prometheus?: number;
  services: Record<ServiceName, ServicePorts>;
}

/** The last base that is accepted: what is counted from it still ends below 65536. */
export const lastBase = 65_000;

export interface PortOptions {
  profile?: ProfileName;
  prometheus?: boolean;
  /** How long a taken port may stay taken. */
  patienceMs?: number;
}

/**
 * The addresses of a market; with base 0 every one is a free port. Says which port is taken, and what to do, when that
 * is still so after `patienceMs`.
 */
export async function choosePorts(base: number, options: PortOptions = {}): Promise<Ports> {
  const { profile = 'embedded', prometheus = false, patienceMs = 0 } = options;
  const stack = profile === 'stack';
  if (base === 0) return freePorts(stack, prometheus);
  const ports: Ports = {
    postgres: base,
    control: base + 1,
    relay: base + (stack ? 62 : 2),
    ...(stack && { broker: { clients: base + 60, controller: base + 61 } }),
    ...(prometheus && { prometheus: base + 70 }),
    services: byService((name) => {
      const http = base + services[name].offset;
      return { http, grpc: http + 1, admin: http + 2 };
    }),
  };
  const wanted: [string, number][] = [
    ['PostgreSQL', ports.postgres],
    ['the launcher', ports.control],
    [stack ? 'Kafka Connect' : 'the relay', ports.relay],
    ...Object.values(ports.broker ?? {}).map((port): [string, number] => ['Kafka', port]),
    ...serviceNames.flatMap((name): [string, number][] =>
      Object.entries(ports.services[name]).map(([kind, port]) => [`service-${name} (${kind})`, port]),
    ),
  ];
  if (ports.prometheus && !(await isFree(ports.prometheus))) delete ports.prometheus; // nobody needs it to start
  const until = Date.now() + patienceMs;
  for (;;) {
    const taken = (
      await Promise.all(
        wanted.map(async ([who, port]) => ((await isFree(port)) ? [] : [`${port} for ${who}`])),
      )
    ).flat();
    if (taken.length === 0) return ports;
    if (Date.now() < until) {
      await sleep(100);
      continue;
    }
    const next = base + 1_000 > lastBase ? 0 : base + 1_000;
    throw new Problem(
      `Taken by another program: port ${taken.join(', port ')}. End it, or start on other ports, with --port-base ${next}`,
    );
  }
}

async function freePorts(stack: boolean, prometheus: boolean): Promise<Ports> {
  // All are held at the same time, so that no two are the same.
  const held = await Promise.all(
    Array.from({ length: 3 + (stack ? 2 : 0) + (prometheus ? 1 : 0) + 3 * serviceNames.length }, () =>
      listen(0),
    ),
  );
  const numbers = held.map((server) => (server.address() as { port: number }).port);
  await Promise.all(held.map((server) => new Promise((resolve) => server.close(resolve))));
  const next = () => numbers.pop() as number;
  return {
    postgres: next(),
    control: next(),
    relay: next(),
    ...(stack && { broker: { clients: next(), controller: next() } }),
    ...(prometheus && { prometheus: next() }),
    services: byService(() => ({ http: next(), grpc: next(), admin: next() })),
  };
}

async function isFree(port: number): Promise<boolean> {
  try {
    const server = await listen(port);
    await new Promise((resolve) => server.close(resolve));
    return true;
  } catch {
    return false;
  }
}

const listen = (port: number) =>
  new Promise<ReturnType<typeof createServer>>((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => resolve(server));
  });
