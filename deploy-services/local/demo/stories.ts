import { setTimeout as sleep } from 'node:timers/promises';
import type { Product } from '../market-client.js';
import { Problem } from '../problem.js';
import type { Evidence, LoggedEvent, Shelf } from './evidence.js';
import type { Colour, Page } from './page.js';
import type { Asked, Item, Order, Person, Shop } from './shop.js';
import { accounts, basket, changeOf, euros } from './words.js';

/** What a story needs: the people, a page to write it on, what proves it, and how long to wait for each step. */
export interface Stage {
  shop: Shop;
  page: Page;
  evidence: Evidence;
  withinMs: number;
}

const card = 'pm_card_visa';

export async function happyOrder(stage: Stage): Promise<void> {
  const { shop, page, evidence, withinMs } = stage;
  const items = [
    { product: shop.box, quantity: 2 },
    { product: shop.kite, quantity: 1 },
  ];
  page.title('1  An order that goes well');
  const before = await shelves(evidence, items);
  const placed = await place(stage, shop.ada, items, card);
  await shop.ada.until(placed.body.id, 'CAPTURED', withinMs);
  page.text(
    'No service has called another since: each of them read events. Then carol, the seller, ships and delivers.',
  );
  for (const step of [shop.carol.ship, shop.carol.deliver]) await step(placed.body.id, shop.storeId);
  await showEvents(stage, placed);
  await showBalances(stage, placed.body.id, items, before, { reservation: 'COMMITTED', payment: 'CAPTURED' });
}

export async function declinedCard(stage: Stage): Promise<void> {
  const { shop, page, evidence, withinMs } = stage;
  const items = [{ product: shop.kite, quantity: 3 }];
  page.title('2  A declined card');
  const before = await shelves(evidence, items);
  const placed = await place(stage, shop.ben, items, 'pm_card_declined');
  await shop.ben.until(placed.body.id, 'REJECTED', withinMs);
  await showEvents(stage, placed);
  await showBalances(stage, placed.body.id, items, before, { reservation: 'RELEASED', payment: 'DECLINED' });
}

export async function lastPiece(stage: Stage): Promise<void> {
  const { shop, page, evidence, withinMs } = stage;
  const items = [{ product: shop.lamp, quantity: 1 }];
  page.title('3  The last piece, wanted by two');
  const before = await shelves(evidence, items);
  const orders = await Promise.all(
    [shop.ada, shop.ben].map(async (buyer) => ({ buyer, placed: await place(stage, buyer, items, card) })),
  );
  const ended = await Promise.all(
    orders.map(async ({ buyer, placed }) => ({
      buyer,
      placed,
      order: await settled(buyer, placed, withinMs),
    })),
  );
  const winner = ended.find(({ order }) => order.status === 'CONFIRMED');
  const loser = ended.find(({ order }) => order.status === 'REJECTED');
  if (!winner || !loser)
    throw new Problem(
      `One of two orders for the last piece should have been confirmed and the other rejected; they are ` +
        `${ended.map(({ order }) => order.status).join(' and ')}.`,
    );
  page.text(`${winner.buyer.name} has got it; ${loser.buyer.name} has not, and has paid nothing:`);
  await showEvents(stage, loser.placed);
  await showBalances(stage, loser.placed.body.id, items, before, {
    reservation: 'REJECTED',
    payment: undefined,
  });
}

export async function cancelledOrder(stage: Stage): Promise<void> {
  const { shop, page, evidence, withinMs } = stage;
  const items = [{ product: shop.box, quantity: 1 }];
  page.title('4  A cancelled order');
  const before = await shelves(evidence, items);
  const placed = await place(stage, shop.ada, items, card);
  await shop.ada.until(placed.body.id, 'CAPTURED', withinMs);
  const cancelled = await shop.ada.cancel(placed.body.id);
  page.text(
    `It is paid when ada changes her mind after ${cancelled.sentAt - placed.sentAt} ms: POST /v1/orders/{id}/cancel -> ` +
      `${cancelled.status} ${cancelled.body.status}, trace ${cancelled.traceId}.`,
  );
  await shop.ada.until(placed.body.id, 'CANCELLED', withinMs);
  await showEvents(stage, placed);
  await showBalances(stage, placed.body.id, items, before, { reservation: 'RELEASED', payment: 'REFUNDED' });
}

async function place({ page }: Stage, buyer: Person, items: Item[], method: string): Promise<Asked<Order>> {
  const placed = await buyer.placeOrder(items, method);
  const { number, total, status } = placed.body;
  page.text(`${buyer.name} orders ${basket(items)} for ${euros(total.amount)} with ${method}:`);
  page.text(
    `POST /v1/orders -> ${placed.status} in ${placed.ms} ms: ${number} is ${status}, trace ${placed.traceId}`,
  );
  return placed;
}

/** The order when stock and money have been decided on, one way or the other. */
const settled = (buyer: Person, { body: { id } }: Asked<Order>, withinMs: number) =>
  buyer.until(id, ['CAPTURED', 'REJECTED'], withinMs);

const shelves = (evidence: Evidence, items: Item[]) =>
  Promise.all(items.map(({ product }) => evidence.shelf(product.id)));

const colours: Record<string, Colour> = { order: 'cyan', stock: 'yellow', payment: 'magenta' };

async function showEvents({ evidence, page }: Stage, placed: Asked<Order>): Promise<void> {
  const events = await evidence.events(placed.body.id); // committed with the states that we have waited for
  page.table(
    ['ms', 'topic', 'key', 'v', 'event', 'what changed with it'],
    events.map((event) => [
      `+${Math.max(0, event.occurredAt.getTime() - placed.sentAt)}`,
      event.topic,
      `…${event.key.slice(-8)}`,
      `${event.version}`,
      event.type,
      changeOf(event),
    ]),
    events.map(({ topic }) => colours[topic]),
  );
  page.text('');
  page.text(traces(events, placed));
}

function traces(events: LoggedEvent[], { traceId }: Asked<Order>): string {
  const ofPost = events.filter((event) => event.traceId === traceId).length;
  return ofPost === events.length
    ? `All ${ofPost} events carry the trace of the POST.`
    : `${ofPost} of ${events.length} events carry the trace of the POST, the others that of the request that caused them.`;
}

async function showBalances(
  { evidence, page, withinMs }: Stage,
  orderId: string,
  items: Item[],
  before: Shelf[],
  wanted: { reservation: string; payment: string | undefined },
): Promise<void> {
  const books = await eventually(
    () => evidence.books(orderId),
    (found) => found.reservation === wanted.reservation && found.payment?.status === wanted.payment,
    withinMs,
    `The reservation should be ${wanted.reservation} and the payment ${wanted.payment ?? 'none'}`,
  );
  const after = await shelves(evidence, items);
  page.table(
    ['stock', 'available', 'reserved', 'sold'],
    items.map(({ product }, i) => stockRow(product, before[i] as Shelf, after[i] as Shelf)),
  );
  page.table(['book', 'at the end'], accounts(books));
}

function stockRow({ name }: Product, before: Shelf, after: Shelf): string[] {
  const change = (column: keyof Shelf) =>
    before[column] === after[column] ? `${after[column]}` : `${before[column]} -> ${after[column]}`;
  return [name, change('available'), change('reserved'), change('sold')];
}

async function eventually<T>(
  look: () => Promise<T>,
  fits: (found: T) => boolean,
  withinMs: number,
  otherwise: string,
): Promise<T> {
  const began = Date.now();
  for (;;) {
    const found = await look();
    if (fits(found)) return found;
    if (Date.now() - began > withinMs)
      throw new Problem(`${otherwise}, and after ${withinMs / 1_000} s that is not so. See npm run status.`);
    await sleep(30);
  }
}
