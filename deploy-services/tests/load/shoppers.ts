import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Pool } from 'undici';
import type { Product } from '../../local/market-client.js';

export interface Shopping {
  placed: number;
  /** 503: the market asks to come back later. */
  refused: number;
  /** Anything else that was not 201; the first few as they were. */
  failed: number;
  failures: string[];
  seconds: number;
}

export interface Shoppers {
  /** Each connection sends its next order when the last one is answered. */
  closedLoop(connections: number, seconds: number): Promise<Shopping>;
  /** So many orders a second, whatever the answers. */
  openLoop(rate: number, seconds: number): Promise<Shopping>;
}

const shippingAddress = {
  name: 'Alice Martin',
  street: 'Lindenstrasse 4',
  city: 'Berlin',
  zip: '10969',
  country: 'DE',
};
const answerWithinMs = 15_000;

/** Orders of two different products each, one piece of each, by users in turn. */
export function shoppers(orderUrl: string, products: Product[], tokens: string[]): Shoppers {
  const pick = (n: number) => Math.floor(Math.random() * n);
  let turn = 0;

  function body(): string {
    const a = pick(products.length);
    const b = (a + 1 + pick(products.length - 1)) % products.length;
    const items = [a, b].map((i) => {
      const { storeId, id: productId } = products[i] as Product;
      return { storeId, productId, quantity: 1 };
    });
    return JSON.stringify({ items, paymentMethod: 'pm_card_visa', shippingAddress });
  }

  async function order(pool: Pool, result: Shopping): Promise<void> {
    const fail = (why: string) => {
      result.failed++;
      if (result.failures.length < 3) result.failures.push(why);
    };
    try {
      const answer = await pool.request({
        method: 'POST',
        path: '/v1/orders',
        headers: {
          'content-type': 'application/json',
          authorization: `Bearer ${tokens[turn++ % tokens.length]}`,
          'idempotency-key': randomUUID(),
        },
        body: body(),
      });
      const { statusCode, headers } = answer;
      const text = await answer.body.text();
      if (statusCode === 201) result.placed++;
      else if (statusCode === 503) {
        result.refused++;
        await sleep(Number(headers['retry-after'] ?? 1) * 1_000);
      } else fail(`${statusCode} ${text.slice(0, 300)}`);
    } catch (error) {
      fail(String(error)); // no answer in time; the others go on
    }
  }

  async function shop(
    connections: number,
    work: (one: () => Promise<void>) => Promise<void>,
  ): Promise<Shopping> {
    const pool = new Pool(orderUrl, {
      connections,
      headersTimeout: answerWithinMs,
      bodyTimeout: answerWithinMs,
    });
    const result: Shopping = { placed: 0, refused: 0, failed: 0, failures: [], seconds: 0 };
    const began = performance.now();
    try {
      await work(() => order(pool, result));
    } finally {
      await pool.destroy();
    }
    return { ...result, seconds: (performance.now() - began) / 1_000 };
  }

  return {
    closedLoop: (connections, seconds) =>
      shop(connections, async (one) => {
        const until = performance.now() + seconds * 1_000;
        const customer = async () => {
          while (performance.now() < until) await one();
        };
        await Promise.all(Array.from({ length: connections }, customer));
      }),

    openLoop: (rate, seconds) =>
      shop(256, async (one) => {
        const began = performance.now();
        const sent: Promise<void>[] = [];
        for (let n = 0; n < rate * seconds; n++) {
          const wait = began + (n * 1_000) / rate - performance.now();
          if (wait > 1) await sleep(wait);
          sent.push(one());
        }
        await Promise.all(sent);
      }),
  };
}
