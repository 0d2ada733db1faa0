import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { catalogue } from '../../local/catalogue/index.js';
import { seedMarket } from '../../local/seed.js';
import { fakeMarket } from './fake-market.js';

const offers = catalogue.flatMap((store) => store.products);
const productsIn = (name: string) => catalogue.find((store) => store.name === name)?.products ?? [];

describe('seeding', () => {
  let market: Awaited<ReturnType<typeof fakeMarket>>;
  beforeEach(async () => {
    market = await fakeMarket();
  });
  afterEach(() => market.stop());
  const lines: string[] = [];
  const seed = () => seedMarket({ urls: market.urls, log: (line) => lines.push(line) });
  const names = () => market.products.map((product) => product.name).sort();

  test.each([1, 9, 17, 60, 150, 224, 225])(
    'that breaks at write %i is completed by the next, without doubles',
    async (n) => {
      market.dieAfter(n);
      await expect(seed()).rejects.toThrow();
      market.revive();
      await seed();
      expect(names()).toEqual(offers.map((offer) => offer.name).sort());
      expect(market.stores.map((store) => store.name).sort()).toEqual(
        catalogue.map((store) => store.name).sort(),
      );
    },
  );

  test('brings back nothing that was deleted since, and says nothing', async () => {
    await seed();
    market.products.splice(0, 5);
    const { writes } = market.seen;
    lines.length = 0;
    const { products } = await seed();
    expect(market.seen.writes).toBe(writes);
    expect(products).toHaveLength(offers.length - 5);
    expect(lines).toEqual([]);
  });

  test("leaves other people's stores alone, also one of the same name", async () => {
    const name = catalogue[0]?.name as string;
    market.stores.push({ id: 'theirs', ownerId: 'somebody', name });
    await seed();
    expect(market.products.filter((product) => product.storeId === 'theirs')).toEqual([]);
    expect(market.stores.filter((store) => store.name === name)).toHaveLength(2);
  });

  test('asks for a few things at once, not for all', async () => {
    await seed();
    expect(market.seen.mostAtOnce).toBeGreaterThan(4);
    expect(market.seen.mostAtOnce).toBeLessThanOrEqual(12);
  });

  test('gives what it made: stores, products, and users who can sign in', async () => {
    const { stores, products, users } = await seed();
    expect(stores).toHaveLength(catalogue.length);
    expect(products).toHaveLength(offers.length);
    for (const { loginId, password } of users) expect(market.users.get(loginId)?.password).toBe(password);
    expect(users.map((user) => user.loginId)).toEqual(expect.arrayContaining(['alice', 'bob', 'maren']));
  });
});

describe('the catalogue', () => {
  test('has eight stores or more, each with its own seller, and two hundred products or more', () => {
    expect(catalogue.length).toBeGreaterThanOrEqual(8);
    expect(new Set(catalogue.map((store) => store.seller)).size).toBe(catalogue.length);
    expect(offers.length).toBeGreaterThanOrEqual(200);
  });

  test('has no name twice in a store: seeding knows by it what is there already', () => {
    for (const { name } of catalogue)
      expect(new Set(productsIn(name).map((product) => product.name)).size).toBe(productsIn(name).length);
  });

  test('has whole prices, something that is sold out and something that soon will be', () => {
    for (const { price, stock } of offers) {
      expect(Number.isInteger(price) && price > 0).toBe(true);
      expect(Number.isInteger(stock) && stock >= 0).toBe(true);
    }
    expect(offers.filter((offer) => offer.stock === 0)).toHaveLength(1);
    expect(offers.filter((offer) => offer.stock > 0 && offer.stock < 5).length).toBeGreaterThanOrEqual(3);
  });

  test('describes each product in a sentence or two that fit its limits', () => {
    for (const { name, description } of offers) {
      expect(name.length).toBeLessThanOrEqual(100);
      expect(description).toMatch(/^[A-Z0-9"].{19,300}[.!?]$/);
    }
  });
});
