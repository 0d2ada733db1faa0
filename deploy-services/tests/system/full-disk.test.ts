import { spawnSync } from 'node:child_process';
import {
  closeSync,
  existsSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { serviceNames } from '../../local/topology.js';
import { eventually, type RunningMarket, startMarket } from './market.js';
import { type Person, type Product, somebody } from './people.js';

// Disks of their own, which may be full without troubling anybody else. Only root may mount one.
const disk = mkdtempSync(path.join(tmpdir(), 'market-disk-'));
const smallDisk = mkdtempSync(path.join(tmpdir(), 'market-small-disk-'));
const mount = (place: string, size: string) =>
  spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', place], { stdio: 'ignore' }).status === 0;
const unmount = (place: string) => spawnSync('umount', [place], { stdio: 'ignore' }).status === 0;
const mounts = process.platform === 'linux' && mount(disk, '1m') && unmount(disk);
if (!mounts) console.warn('no file system can be mounted here: a full disk is NOT tested');

describe.skipIf(!mounts)('a disk that fills up', () => {
  let market: RunningMarket;
  let buyer: Person;
  let product: Product;
  const logs = mkdtempSync(path.join(tmpdir(), 'market-disk-logs-'));
  const filler = path.join(disk, 'filler');

  beforeAll(async () => {
    expect(mount(disk, '400m')).toBe(true);
    market = await startMarket({ on: disk });
    buyer = await somebody(market);
    product = await buyer.addProduct(await buyer.openStore(), 100_000);
  }, 180_000);
  afterAll(async () => {
    await (market as RunningMarket | undefined)?.stop().catch(console.error); // it may not have been started
    unmount(disk);
    for (const folder of [disk, logs]) rmSync(folder, { recursive: true, force: true });
  }, 120_000);

  function fill(): void {
    const file = openSync(filler, 'a');
    const block = Buffer.alloc(65_536);
    try {
      for (;;) writeSync(file, block);
    } catch (error) {
      expect((error as NodeJS.ErrnoException).code).toBe('ENOSPC');
    } finally {
      closeSync(file);
    }
  }

  it('stops orders, loses none that was taken, and goes on when there is room again', async () => {
    // The services' lines go elsewhere: on this disk they would be lost just when they matter.
    for (const name of serviceNames)
      symlinkSync(path.join(logs, `${name}.log`), path.join(market.dataDir, 'logs', `${name}.log`));
    const taken: string[] = [];
    const refused = new Set<number>();
    fill();
    // What PostgreSQL has set aside for its WAL is used up first.
    await eventually(async () => {
      const answers = await Promise.allSettled(
        Array.from({ length: 50 }, () => buyer.tryOrder([{ product }])),
      );
      for (const answer of answers) {
        if (answer.status === 'rejected') continue;
        if (answer.value.status === 201) taken.push(answer.value.body.id);
        else refused.add(answer.value.status);
      }
      fill();
      expect(refused.size).toBeGreaterThan(0);
    }, 120_000);
    expect([...refused]).toEqual([503]);
    expect(market.file().pids.launcher).toBeGreaterThan(0);

    rmSync(filler);
    const { id } = await eventually(() => buyer.order([{ product }]), 60_000);
    for (const order of [...taken.slice(-50), id]) await buyer.paid(order);
    const [row] = await market.sql<{ n: number }>(
      'order',
      'SELECT count(*)::int AS n FROM orders.orders WHERE id = ANY ($1)',
      [taken],
    );
    expect(row?.n).toBe(taken.length);
    const { results } = await market.check();
    expect(results.filter(({ violations, skipped }) => violations.length > 0 || skipped)).toEqual([]);
    // What the launcher shows, and what the services say, which is shown as well when they are not to be quiet.
    const texts = serviceNames
      .map((name) => path.join(logs, `${name}.log`))
      .filter((file) => existsSync(file));
    for (const text of [market.said(), ...texts.map((file) => readFileSync(file, 'utf8'))])
      expect(text).not.toMatch(/^ +at .*\.js:\d+/m); // a stack is no line for a person
  }, 300_000);
});

describe.skipIf(!mounts)('a disk on which there is no room for a market', () => {
  afterAll(() => {
    unmount(smallDisk);
    rmSync(smallDisk, { recursive: true, force: true });
  });

  it('is told by a start, in its last line', async () => {
    expect(mount(smallDisk, '8m')).toBe(true);
    const started = startMarket({ on: smallDisk });
    await expect(started).rejects.toThrow(
      /\nPostgreSQL could not create its data folder \(the disk is full\): .*No space left on device\n$/,
    );
  });
});
