import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { chance, seed } from '../faults/chance.js';
import { type RunningMarket, startMarket } from './market.js';
import { available, type Order, type Person, type Product, somebody, theAdmin } from './people.js';

const door = fileURLToPath(new URL('../../local/market.mjs', import.meta.url));

/** Moves a stopped market; `onLine` sees what it says, and may kill it. */
async function move(dataDir: string, onLine: (line: string, moving: ChildProcess) => void = () => {}) {
  const args = ['move', '--to', 'stack', '--data-dir', dataDir, '--no-fsync'];
  const moving = spawn(process.execPath, [door, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  const said = { out: [] as string[], err: [] as string[] };
  createInterface(moving.stdout).on('line', (line) => said.out.push(line));
  createInterface(moving.stderr).on('line', (line) => {
    said.err.push(line);
    onLine(line, moving);
  });
  const [code] = (await once(moving, 'close')) as [number | null];
  return { code, out: said.out, err: said.err };
}

const profileOf = (dataDir: string) => readFileSync(path.join(dataDir, 'profile'), 'utf8').trim();

async function expectAllHolds(market: RunningMarket): Promise<void> {
  const report = await market.check();
  expect(report.results.filter(({ violations, skipped }) => violations.length > 0 || skipped)).toEqual([]);
  expect(report.notes).toEqual([]);
}

describe('a market that moves from embedded to the stack', () => {
  let market: RunningMarket;
  let buyer: Person;
  let seller: Person;
  let product: Product;
  let dataDir: string;
  const was: Record<string, Order> = {};
  let underWay: Order;

  beforeAll(async () => {
    market = await startMarket({ profile: 'embedded' });
    dataDir = market.dataDir;
    [buyer, seller] = (await Promise.all([somebody(market), somebody(market)])) as [Person, Person];
    product = await seller.addProduct(await seller.openStore(), 100);
    const order = async (options = {}) => (await buyer.order([{ product }], options)).id;
    const [paid, refunded, half, shipped, cancelled, declined] = await Promise.all([
      order(),
      order(),
      order(),
      order(),
      order(),
      order({ method: 'pm_card_declined' }),
    ]);
    await Promise.all([paid, refunded, half, shipped, cancelled].map((id) => buyer.paid(id)));
    await Promise.all([seller.ship(shipped, product.storeId), buyer.cancel(cancelled)]);
    was.paid = await buyer.see(paid);
    was.refunded = await buyer.see(refunded);
    was.half = await buyer.see(half);
    was.shipped = await buyer.until(shipped, 'SHIPPED');
    was.cancelled = await buyer.until(cancelled, 'CANCELLED');
    was.declined = await buyer.until(declined, 'REJECTED');
  }, 120_000);
  afterAll(() => market?.stop(), 60_000);

  const moves = chance('moves');
  const anyOf = <T>(list: T[]): T => list[Math.floor(moves() * list.length)] as T;

  it('is still the embedded one after any kill before its last step, and goes on as such', async () => {
    const beforeTheLast = [
      anyOf(['creating and migrating the databases', 'stopping the services', 'copying service-auth']),
      anyOf(['copying service-payment', 'starting Kafka', 'starting Kafka Connect', 'stopping PostgreSQL']),
    ];
    for (const victim of beforeTheLast) {
      await market.restart([], async () => {
        const { code, err } = await move(dataDir, (line, moving) => {
          if (line.startsWith(victim)) moving.kill('SIGKILL');
        });
        expect([victim, seed, code], err.join('\n')).toEqual([victim, seed, null]);
        expect(profileOf(dataDir)).toBe('embedded');
      });
      expect(market.file().profile).toBe('embedded');
      await buyer.paid((await buyer.order([{ product }])).id);
      await expectAllHolds(market);
    }
  }, 240_000);

  it('is still the embedded one when PostgreSQL is killed under the copying', async () => {
    await market.restart([], async () => {
      let killed = false;
      const { code, err } = await move(dataDir, (line) => {
        if (killed || !line.startsWith('copying service-order')) return;
        killed = true;
        const pid = readFileSync(path.join(dataDir, 'postgres', 'postmaster.pid'), 'utf8').split('\n')[0];
        process.kill(Number(pid), 'SIGKILL');
      });
      expect(code, err.join('\n')).toBe(1);
      expect(err.join('\n')).toContain(
        `Nothing was moved: npm start -- --data-dir ${dataDir} runs the embedded market as before.`,
      );
      expect(profileOf(dataDir)).toBe('embedded');
    });
    await expectAllHolds(market);
  }, 120_000);

  it('is on the stack with everything, although an order was under way when it was stopped', async () => {
    underWay = await buyer.order([{ product }], { method: 'pm_card_slow' });
    expect(['PENDING', 'RESERVED']).toContain((await buyer.see(underWay.id)).status);
    await market.restart(['--profile', 'stack'], async () => {
      // Killed behind the step that counts, it is moved; the same command tidies.
      const killed = await move(dataDir, (line, moving) => {
        if (line.startsWith('moved;')) moving.kill('SIGKILL');
      });
      expect([killed.code, profileOf(dataDir)], killed.err.join('\n')).toEqual([null, 'stack']);
      const again = await move(dataDir);
      expect(again.code, again.err.join('\n')).toBe(0);
      const oncemore = await move(dataDir);
      expect(oncemore.code).toBe(1);
      expect(oncemore.err.at(-1)).toContain('is on the stack already');
    });
    expect(market.file().profile).toBe('stack');
    expect(await market.sql('auth', `SELECT FROM pg_database WHERE datname = 'market'`)).toEqual([]);
    for (const order of Object.values(was)) expect(await buyer.see(order.id)).toEqual(order);
    expect(await buyer.see(underWay.id)).toMatchObject({ status: 'CONFIRMED', money: 'CAPTURED' });
    await expectAllHolds(market);
  }, 240_000);

  it('lives on: orders from before are shipped, cancelled and refunded, and new ones go through', async () => {
    const { paid, refunded, half, shipped, cancelled } = was as Record<string, Order>;
    if (!paid || !refunded || !half || !shipped || !cancelled) throw new Error('nothing was ordered');
    const left = await available(buyer, product);

    await seller.ship(paid.id, product.storeId);
    await seller.deliver(shipped.id, product.storeId);
    await buyer.cancel(half.id);
    const admin = await theAdmin(market);
    const { body } = await admin.call<{ payments: { id: string }[] }>(
      'payment',
      'GET',
      `/v1/payments?orderId=${refunded.id}`,
    );
    const refund = await admin.call(
      'payment',
      'POST',
      `/v1/payments/${body.payments[0]?.id}/refunds`,
      { amount: 300 },
      { 'idempotency-key': randomUUID() },
    );
    expect(refund.status).toBe(201);
    const placed = await Promise.all([1, 2, 3].map(() => buyer.order([{ product }])));
    await Promise.all(placed.map(({ id }) => buyer.paid(id)));

    const after = await buyer.until(half.id, 'CANCELLED');
    expect(after.version).toBe(half.version + 2);
    expect((await buyer.until(paid.id, 'SHIPPED')).version).toBe(paid.version + 1);
    expect((await buyer.until(shipped.id, 'DELIVERED')).history.length).toBe(shipped.history.length + 1);
    const numberOf = (order?: Order) => Number(order?.number.replace(/\D/g, ''));
    expect(numberOf(placed[0])).toBeGreaterThan(numberOf(underWay));
    expect(await available(buyer, product)).toBe(left + 1 - 3);
    await expectAllHolds(market);
  }, 120_000);

  it('keeps its place over a start, and can have its slots made anew', async () => {
    await market.restart(['--profile', 'stack', '--repair-slots']);
    await expectAllHolds(market);
    expect(await buyer.see(was.cancelled?.id as string)).toEqual(was.cancelled);
  }, 120_000);
});
