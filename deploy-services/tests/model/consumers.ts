import type {
  EventOf,
  Message,
  orderEvents,
  paymentEvents,
  stockEvents,
} from '@msa-event-market/shared-sdk/events';
import type { Trigger as OrderTrigger } from '../../../service-order/src/domain/order.js';
import type { Trigger as ReservationTrigger } from '../../../service-store/src/domain/reservation.js';
import { change } from './order-service.js';
import { pay } from './payment-service.js';
import type { Rules } from './rules.js';
import { close, isClosed, reserve } from './store-service.js';
import { NotYetVisible, ownerOf, put, type Reader, short, type World } from './world.js';

type Topic = 'order' | 'stock' | 'payment' | 'store' | 'user';
const any = ['*'];
const placing = ['OrderPlaced', 'OrderConfirmed', 'OrderCancelling'];
const paying = ['OrderPaymentRequested', 'OrderConfirmed', 'OrderCancelling'];

/** Which types of which topics a group is sent; the SDK skips the others. */
const interests: Record<string, Partial<Record<Topic, string[]>>> = {
  'store.reservations': { order: placing },
  'payment.orders': { order: paying },
  'order.saga': { stock: any, payment: any },
  'order.deletions': { user: ['UserDeleted'], store: ['StoreDeleted'] },
  'store.deletions': { user: ['UserDeleted'] },
};
export const groups = Object.keys(interests);
const readersOf = (topic: string) => groups.filter((group) => topic in (interests[group] as object));
const groupsByTopic = Object.fromEntries(
  ['order', 'stock', 'payment', 'store', 'user', 'product'].map((topic) => [topic, readersOf(topic)]),
);

/** One key of one topic, as one group reads it. Keys need no order between them, so each is a partition of its own. */
export interface Stream {
  group: string;
  /** `order 0000-...`, as in the log. */
  name: string;
}

const nameOf = ({ group, name }: Stream) => `${group} ${name}`;
const unstarted: Reader = { read: 0, seen: 0, most: 0 };
export const readerOf = (world: World, stream: Stream): Reader => world.readers[nameOf(stream)] ?? unstarted;

export const describeStream = ({ group, name }: Stream): string => {
  const [topic, key] = name.split(' ') as [string, string];
  return `${group} reads ${topic} ${short(key)}`;
};

const topicOf = (name: string) => name.slice(0, name.indexOf(' ')) as Topic;
const concerns = ({ group, name }: Stream): string[] => interests[group]?.[topicOf(name)] ?? [];

/** Where the next message that concerns the group stands; undefined when there is none. */
function nextOf(log: World['log'], stream: Stream, { read, ahead }: Reader): number | undefined {
  const types = concerns(stream);
  const messages = log[stream.name] ?? [];
  for (let i = read; i < messages.length; i++)
    if (i !== ahead && (types === any || types.includes((messages[i] as Message).type))) return i;
  return undefined;
}

/** Everything that any group reads. */
export const streams = (world: World): Stream[] =>
  Object.keys(world.log).flatMap((name) =>
    (groupsByTopic[topicOf(name)] as string[]).map((group) => ({ group, name })),
  );

/** What groups have before them, with the types that they will get. */
export function unread(world: World): { stream: Stream; types: string[] }[] {
  return streams(world).flatMap((stream) => {
    const interest = concerns(stream);
    const { read, ahead } = readerOf(world, stream);
    const types = (world.log[stream.name] as Message[])
      .filter((_, i) => i >= read && i !== ahead)
      .map(({ type }) => type)
      .filter((type) => interest === any || interest.includes(type));
    return types.length > 0 ? [{ stream, types }] : [];
  });
}

/**
 * One batch: the next message of each stream in turn, all of one group, in one transaction. What the inbox holds does
 * nothing. Streams may be named several times. Undefined: it is tried again later.
 */
export function deliver(
  world: World,
  rules: Rules,
  batch: readonly Stream[],
  now: number,
): World | undefined {
  const fresh: Message[] = [];
  const again = new Set<Message>();
  let { readers } = world;
  for (const stream of batch) {
    const reader = readers[nameOf(stream)] ?? unstarted;
    const next = nextOf(world.log, stream, reader);
    if (next === undefined) continue;
    const { seen, most, ahead } = reader;
    const message = (world.log[stream.name] as Message[])[next] as Message;
    if (next >= seen) fresh.push(message);
    if (next < most) again.add(message);
    const read = next + 1;
    readers = put(readers, nameOf(stream), {
      read,
      seen: Math.max(seen, read),
      most: Math.max(most, read),
      ahead,
    });
  }
  const read = { ...world, readers };
  return fresh.length > 0 ? apply(read, rules, (batch[0] as Stream).group, fresh, again, now) : read;
}

/** A confirmation finds no payment. None was ever seen to come so early; it must wait all the same. */
export const confirmTooEarly = (
  world: World,
  rules: Rules,
  orderId: string,
  now: number,
): World | undefined => apply(world, rules, 'payment.orders', [confirmed(orderId)], new Set(), now);

const confirmed = (orderId: string): Message => ({
  ...({ id: `early ${orderId}`, topic: 'order', key: orderId, type: 'OrderConfirmed' } as Message),
  payload: { orderId },
});

/** A cancellation is read before what came before it on its key, as when that is parked and replayed by hand. */
export function overtake(world: World, rules: Rules, stream: Stream, now: number): World | undefined {
  const reader = readerOf(world, stream);
  const messages = world.log[stream.name] as Message[];
  const ahead = messages.findIndex(({ type }) => type === 'OrderCancelling');
  const next = nextOf(world.log, stream, reader);
  if (next === undefined || ahead <= next) return undefined;
  const readers = put(world.readers, nameOf(stream), { ...reader, ahead });
  return apply({ ...world, readers }, rules, stream.group, [messages[ahead] as Message], new Set(), now);
}

/** Puts a group back to an earlier place. Its inbox knows what comes again, or, long after, no longer does. */
export function rewind(world: World, stream: Stream, to: number, inbox: 'kept' | 'forgotten'): World {
  const { seen, most } = readerOf(world, stream);
  const reader: Reader = { read: to, seen: inbox === 'kept' ? seen : to, most };
  return { ...world, readers: put(world.readers, nameOf(stream), reader) };
}

function apply(...[world, rules, group, fresh, again, now]: Parameters<typeof applied>): World | undefined {
  try {
    return applied(world, rules, group, fresh, again, now);
  } catch (error) {
    if (error instanceof NotYetVisible) return undefined;
    throw error;
  }
}

function applied(
  world: World,
  rules: Rules,
  group: string,
  fresh: Message[],
  again: ReadonlySet<Message>,
  now: number,
): World {
  switch (group) {
    case 'store.reservations':
      return reserve(world, rules, fresh as ReservationTrigger[]);
    case 'payment.orders':
      return pay(world, rules, fresh as EventOf<typeof orderEvents>[] as Parameters<typeof pay>[2], now);
    case 'order.saga':
      return change(
        world,
        rules,
        fresh.map((m) => ({ orderId: m.key, trigger: triggerOf(m), again: again.has(m) })),
      ) as World;
    case 'order.deletions':
      return fresh.reduce((w, { topic, key }) => bury(w, key, topic as 'user' | 'store'), world);
    default:
      return fresh.reduce((w, { key }) => closeStoresOf(w, key), world);
  }
}

function triggerOf(message: Message): OrderTrigger {
  const { type, payload } = message as EventOf<typeof stockEvents> | EventOf<typeof paymentEvents>;
  return type === 'StockRejected' ? { type, lines: payload.lines } : { type };
}

const bury = (world: World, id: string, what: 'user' | 'store'): World => ({
  ...world,
  deleted: put(world.deleted, id, what),
});

function closeStoresOf(world: World, userId: string): World {
  const stores = new Set(
    Object.values(world.shelf)
      .map(({ storeId }) => storeId)
      .filter((storeId) => ownerOf(storeId) === userId && !isClosed(world, storeId)),
  );
  return [...stores].reduce(close, world);
}
