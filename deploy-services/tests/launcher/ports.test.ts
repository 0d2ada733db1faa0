import { once } from 'node:events';
import { createServer } from 'node:net';
import { expect, test } from 'vitest';
import { choosePorts, type Ports } from '../../local/ports.js';

const numbersOf = ({ postgres, relay, control, services }: Ports): number[] => [
  postgres,
  relay,
  control,
  ...Object.values(services).flatMap((ports) => Object.values(ports)),
];

/** A base of which no port is taken: whatever is free now, with its neighbours. */
async function freeBase(): Promise<number> {
  for (let base = 20_000; ; base += 100) {
    const free = await choosePorts(base).then(
      () => true,
      () => false,
    );
    if (free) return base;
  }
}

test('a taken port is named, with whose it would be and what to do', async () => {
  const base = await freeBase();
  const other = createServer().listen(base + 31, '127.0.0.1');
  await once(other, 'listening');
  await expect(choosePorts(base)).rejects.toThrow(
    new RegExp(`port ${base + 31} for service-order \\(grpc\\)\\..*--port-base ${base + 1_000}`),
  );
  other.close();
});

test('at the end of the numbers other ports are suggested that a start accepts', async () => {
  const other = createServer().listen(64_510, '127.0.0.1');
  await once(other, 'listening');
  await expect(choosePorts(64_500)).rejects.toThrow(/--port-base 0$/);
  other.close();
});

test.each([
  [60, 'Kafka'],
  [61, 'Kafka'],
  [62, 'Kafka Connect'],
])('on the stack also port +%i, for %s', async (offset, who) => {
  const base = await freeBase();
  const other = createServer().listen(base + offset, '127.0.0.1');
  await once(other, 'listening');
  await expect(choosePorts(base, { profile: 'stack' })).rejects.toThrow(
    `Taken by another program: port ${base + offset} for ${who}.`,
  );
  await choosePorts(base); // the other profile does not need it
  other.close();
});

test('what a killed launcher left may take a moment to end', async () => {
  const base = await freeBase();
  const other = createServer().listen(base + 10, '127.0.0.1');
  await once(other, 'listening');
  setTimeout(() => other.close(), 300);
  expect((await choosePorts(base, { patienceMs: 5_000 })).services.auth.http).toBe(base + 10);
});

test('everybody gets three ports from the base on, as documented', async () => {
  const base = await freeBase();
  const { postgres, services } = await choosePorts(base);
  expect(postgres).toBe(base);
  expect(services.payment).toEqual({ http: base + 40, grpc: base + 41, admin: base + 42 });
});

test('base 0 takes free ports, each once', async () => {
  const numbers = numbersOf(await choosePorts(0));
  expect(new Set(numbers).size).toBe(15);
});
