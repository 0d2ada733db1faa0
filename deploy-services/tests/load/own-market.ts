import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { checkRunningMarket, type Report } from '../../local/check/check.js';
import { buyers, type DemoUser, sellers } from '../../local/demo-users.js';
import { marketClient, type Product } from '../../local/market-client.js';
import { type MarketFile, requireMarket } from '../../local/market-file.js';
import { byService, type ProfileName, type ServiceName } from '../../local/topology.js';
import { type Shoppers, shoppers } from './shoppers.js';

export interface OwnMarket {
  file: MarketFile;
  /** From the start of its launcher to the answer to the first order, over REST. */
  firstOrderSeconds: number;
  /** Signs everybody in anew: an access token lives five minutes. */
  shoppers(): Promise<Shoppers>;
  /** Resolves when every order is confirmed and captured, or what else it is going to be. */
  drained(): Promise<void>;
  /** In the database of a service. */
  sql<R extends pg.QueryResultRow>(service: ServiceName, text: string, values?: unknown[]): Promise<R[]>;
  check(): Promise<Report>;
  stop(): Promise<void>;
}

const door = fileURLToPath(new URL('../../local/market.mjs', import.meta.url));
const startsWithinMs = 240_000; // the first start of the stack fetches its jars
const drainsWithinMs = 60_000;
const pieces = 1_000_000;

const customers: DemoUser[] = Array.from({ length: 16 }, (_, i) => ({
  loginId: `bench${i + 1}`,
  password: `bench${i + 1}-only-on-this-machine`,
  role: 'buyer',
}));

/** A market as a user starts it, on free ports. With a channel to us, it ends when we do. */
export async function startOwnMarket(profile: ProfileName, dataDir: string): Promise<OwnMarket> {
  const began = performance.now();
  const launcher = spawn(
    process.execPath,
    [
      door,
      'start',
      '--json',
      '--port-base',
      '0',
      '--data-dir',
      dataDir,
      '--profile',
      profile,
      '--no-prometheus',
    ],
    { stdio: ['ignore', 'pipe', 'pipe', 'ipc'] },
  );
  await untilReady(launcher);
  const file = requireMarket(dataDir);
  const { urls } = file;
  const market = marketClient({ auth: urls.auth.http, store: urls.store.http });
  const pools = byService((name) => {
    const pool = new pg.Pool({ connectionString: file.databases.check[name], max: 1 });
    return pool.on('error', () => {}); // the next query tells
  });
  const sql = async <R extends pg.QueryResultRow>(
    service: ServiceName,
    text: string,
    values: unknown[] = [],
  ) => (await pools[service].query<R>(text, values)).rows;

  const products = await allProducts();
  await placeFirstOrder();
  const firstOrderSeconds = (performance.now() - began) / 1_000;
  await restock();
  for (const customer of customers) await market.signUp(customer);

  async function allProducts(): Promise<Product[]> {
    const stores = await market.stores();
    return (await Promise.all(stores.map(({ id }) => market.products(id)))).flat();
  }

  async function tokenOf(user: DemoUser): Promise<string> {
    const token = await market.signIn(user);
    if (!token) throw new Error(`${user.loginId} cannot sign in`);
    return token;
  }

  async function placeFirstOrder(): Promise<void> {
    const inStock = products.filter(({ quantity }) => quantity > 0);
    const buyer = shoppers(urls.order.http, inStock, [await tokenOf(buyers[0] as DemoUser)]);
    const { placed, failures } = await buyer.openLoop(1, 1);
    if (placed !== 1) throw new Error(`the first order was not accepted: ${failures}`);
  }

  /** So that nothing sells out: every seller puts a million pieces of everything on the shelf, once. */
  async function restock(): Promise<void> {
    const short = products.filter(({ quantity }) => quantity < pieces / 2);
    const stores = await market.stores();
    for (const seller of sellers) {
      const token = await tokenOf(seller);
      const me = await market.userId(token);
      const mine = new Set(stores.filter(({ ownerId }) => ownerId === me).map(({ id }) => id));
      for (const { id, storeId } of short.filter((product) => mine.has(product.storeId))) {
        const response = await fetch(
          `${urls.store.http}/v1/stores/${storeId}/products/${id}/quantity/increase`,
          {
            method: 'POST',
            headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
            body: JSON.stringify({ quantity: pieces }),
          },
        );
        if (!response.ok) throw new Error(`restocking answered ${response.status}: ${await response.text()}`);
        await response.arrayBuffer();
      }
    }
  }

  return {
    file,
    firstOrderSeconds,
    sql,
    shoppers: async () => shoppers(urls.order.http, products, await Promise.all(customers.map(tokenOf))),

    async drained() {
      const until = Date.now() + drainsWithinMs;
      for (;;) {
        const busy = await Promise.all([
          sql<{ busy: boolean }>(
            'order',
            `SELECT EXISTS (SELECT FROM orders.orders WHERE status IN ('PENDING', 'RESERVED'))
                 OR EXISTS (SELECT FROM orders.orders WHERE status = 'CONFIRMED' AND money <> 'CAPTURED'
                            AND updated_at > now() - interval '2 minutes') AS busy`,
          ),
          sql<{ busy: boolean }>(
            'payment',
            'SELECT EXISTS (SELECT FROM payment.operation WHERE next_attempt_at IS NOT NULL) AS busy',
          ),
        ]);
        if (!busy.flat().some((row) => row.busy)) return;
        if (Date.now() > until) throw new Error(`the market is still busy after ${drainsWithinMs / 1_000} s`);
        await sleep(100);
      }
    },

    check: () => checkRunningMarket(file, { waitSeconds: drainsWithinMs / 1_000 }),

    async stop() {
      await Promise.all([...Object.values(pools).map((pool) => pool.end()), market.close()]);
      await end(launcher);
    },
  };
}

async function untilReady(launcher: ChildProcess): Promise<void> {
  let said = '';
  launcher.stderr?.on('data', (chunk) => {
    said = `${said}${chunk}`.slice(-5_000);
  });
  const ready = once(createInterface(launcher.stdout as NodeJS.ReadableStream), 'line').then(() => 'ready');
  const ended = once(launcher, 'exit').then(() => 'ended');
  const late = sleep(startsWithinMs, 'late', { ref: false });
  const outcome = await Promise.race([ready, ended, late]);
  if (outcome === 'ready') return;
  await end(launcher);
  throw new Error(`the market did not start (${outcome}):\n${said}`);
}

async function end(launcher: ChildProcess): Promise<void> {
  if (launcher.exitCode !== null || launcher.signalCode !== null) return;
  const gone = once(launcher, 'exit');
  // Not a signal: Ctrl-C may have sent it one already, and a second one would not let it stop in order.
  if (launcher.connected) launcher.disconnect();
  await gone;
}
