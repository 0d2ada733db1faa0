import {
  orderEvents,
  paymentEvents,
  productEvents,
  stockEvents,
  storeEvents,
  userEvents,
} from '@msa-event-market/shared-sdk/events';
import { deliver, groups, readerOf, rewind, type Stream, streams, unread } from './consumers.js';
import { isAtRest, wrong, wrongAtRest, wrongStep } from './invariants.js';
import { place } from './order-service.js';
import type { Rules } from './rules.js';
import type { Clock, Step } from './step.js';
import { steps } from './steps.js';
import { stocked } from './store-service.js';
import { emptyWorld, orderId, productId, short, storeId, userId, Violation, type World } from './world.js';

/** A market with some stock, the baskets that will be bought in it, and a number for each thing that happens. */
export interface Story {
  /** Of products 1, 2, ...; two products a store. */
  stock: number[];
  baskets: { buyer: number; lines: { product: number; quantity: number }[] }[];
  choices: number[];
}

const day = 86_400;

/** Time as it is. The executor may come at any moment, as if its leases were short. */
const clock: Clock = {
  now: ({ now }) => now,
  passing: ({ now }) => (now < day / 2 ? [7, 61, 901] : []),
  settling: ({ now }) => [now],
};

const storeOf = (product: number) => storeId(Math.ceil(product / 2));

/** Walks through the story, then lets the market come to rest; throws a Violation that tells the way. */
export function walk(story: Story, rules: Rules): World {
  const path: string[] = [];
  let world = beginning(story);
  const go = (name: string, next: World | undefined) => {
    if (!next) return;
    path.push(name);
    const what = wrongStep(world, next) ?? wrong(next) ?? wrongMessages(world, next);
    if (what) throw new Violation(what);
    world = next;
  };
  try {
    const baskets = [...story.baskets.entries()];
    for (const choice of story.choices) {
      const dice = dicing(choice);
      const basket = dice(8) === 0 ? baskets.shift() : undefined;
      if (basket) go(...placing(world, ...basket));
      else go(...happening(world, rules, dice));
    }
    for (const basket of baskets) go(...placing(world, ...basket));
    rest(() => world, go, rules);

    // Every message of every topic once more, with empty inboxes: nothing may come of it.
    const before = world;
    for (const stream of streams(world))
      go(`again: ${stream.group} ${stream.name}`, rewind(world, stream, 0, 'forgotten'));
    rest(() => world, go, rules);
    // All but when the executor asks again about what is settled.
    const text = (value: unknown) => JSON.stringify(value, (key, v) => (key === 'due' ? undefined : v));
    for (const table of ['orders', 'reservations', 'shelf', 'accounts', 'books', 'log'] as const) {
      if (text(before[table]) !== text(world[table]))
        throw new Violation(`reading everything once more has changed ${table}`);
    }
    return world;
  } catch (error) {
    if (!(error instanceof Violation)) throw error;
    const steps = path.map((step, i) => `${String(i + 1).padStart(4)}. ${step}`);
    throw new Violation(`${error.message}, by\n${steps.join('\n')}`);
  }
}

function beginning({ stock }: Story): World {
  const left = {
    cancel: 99,
    time: 99,
    refund: 99,
    refundRefusals: 5,
    deletion: 2,
    restock: 9,
    webhook: 99,
    rewind: 99,
    hidden: 9,
  };
  const shelves = stock.reduce((w, n, i) => stocked(w, productId(i + 1), storeOf(i + 1), n), emptyWorld);
  return { ...shelves, left: { ...left, overtake: 3 } };
}

type Happening = [name: string, next: World | undefined];

function placing(world: World, n: number, { buyer, lines }: Story['baskets'][number]): Happening {
  const priced = lines.map(({ product, quantity }) => ({
    storeId: storeOf(product),
    productId: productId(product),
    quantity,
    unitPrice: product,
  }));
  const wanted = lines.map(({ product, quantity }) => `${quantity} of product ${product}`).join(', ');
  const order = { orderId: orderId(n + 1), userId: userId(100 + buyer), lines: priced };
  return [`buyer ${buyer} places order ${n + 1}: ${wanted}`, place(world, order)];
}

function happening(world: World, rules: Rules, dice: Dice): Happening {
  // Mostly the ordinary course, or few orders would get far.
  const turn = dice(40);
  if (turn < 10) return batch(world, rules, dice);
  if (turn === 10) return repetition(world, dice);
  const by: Step['by'] = turn < 30 ? 'market' : turn < 36 ? 'sellers' : turn < 38 ? 'luck' : 'people';
  const possible = [...steps(world, rules, clock)].filter((step) => step.by === by);
  const step = possible[dice(possible.length)];
  return step ? [step.name, step.take()] : ['nothing', undefined];
}

/** Some of what a group has before it, of many keys, in one transaction. */
function batch(world: World, rules: Rules, dice: Dice): Happening {
  const group = groups[dice(groups.length)] as string;
  const waiting = unread(world).filter(({ stream }) => stream.group === group);
  const taken: Stream[] = [];
  while (taken.length < 20 && dice(6) > 0)
    taken.push(
      ...waiting
        .slice(dice(waiting.length))
        .slice(0, 1)
        .map(({ stream }) => stream),
    );
  const name = taken.map(
    (stream) => `${stream.name.split(' ')[0]} ${short(stream.name.split(' ')[1] as string)}`,
  );
  if (taken.length === 0) return ['nothing', undefined];
  return [`${group} reads a batch: ${name.join(', ')}`, deliver(world, rules, taken, clock.now(world))];
}

/** An offset goes back, as after a crash: the inbox knows what comes again. */
function repetition(world: World, dice: Dice): Happening {
  const read = streams(world).filter((stream) => readerOf(world, stream).read > 0);
  const stream = read[dice(read.length)];
  if (!stream) return ['nothing', undefined];
  const to = dice(readerOf(world, stream).read);
  return [`${stream.group} goes back to ${to} of ${stream.name}`, rewind(world, stream, to, 'kept')];
}

/** The services and the provider go on alone until there is nothing left to do. */
function rest(world: () => World, go: (name: string, next: World | undefined) => void, rules: Rules): void {
  for (let round = 0; round < 1_000; round++) {
    if (isAtRest(world())) {
      const what = wrongAtRest(world());
      if (what) throw new Violation(what);
      return;
    }
    const dice = dicing(round);
    for (const group of groups) {
      const all = unread(world()).filter(({ stream }) => stream.group === group);
      const batch = all.flatMap(({ stream, types }) => types.map(() => stream));
      if (batch.length > 0) go(`${group} reads all`, deliver(world(), rules, batch, world().now));
    }
    for (let i = 0; i < 20; i++) {
      const possible = [...steps(world(), rules, clock)].filter(({ by }) => by === 'market');
      const step = possible[dice(possible.length)];
      if (step) go(step.name, step.take());
    }
    go('a minute passes', { ...world(), now: world().now + 61 });
  }
  throw new Violation('the market does not come to rest');
}

const schemas = Object.fromEntries(
  [orderEvents, stockEvents, paymentEvents, productEvents, storeEvents, userEvents].map(
    ({ topic, types }) => [topic, types],
  ),
) as Record<string, Record<string, { safeParse(payload: unknown): { error?: Error } }>>;

/** What is said is in the catalogue, and as it says; it would be parked otherwise. */
function wrongMessages(before: World, after: World): string | undefined {
  for (const [name, messages] of before.log === after.log ? [] : Object.entries(after.log)) {
    for (const { topic, type, payload } of messages.slice(before.log[name]?.length ?? 0)) {
      const schema = schemas[topic]?.[type];
      if (!schema) return `${type} on ${topic} is not in the catalogue of events`;
      const { error } = schema.safeParse(payload);
      if (error) return `${type} is not as the catalogue says: ${error.message}`;
    }
  }
  return undefined;
}

type Dice = (sides: number) => number;

/** A number makes a sequence: mulberry32. */
function dicing(seed: number): Dice {
  let state = seed | 0;
  return (sides) => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return sides > 0 ? ((t ^ (t >>> 14)) >>> 0) % sides : 0;
  };
}
