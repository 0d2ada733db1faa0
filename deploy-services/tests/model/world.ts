import type { Message } from '@msa-event-market/shared-sdk/events';
import type { Order } from '../../../service-order/src/domain/order.js';
import type { Operation, Payment } from '../../../service-payment/src/domain/model.js';
import type { Reservation } from '../../../service-store/src/domain/reservation.js';
import type { Stock } from '../../../service-store/src/domain/stock.js';

export type Table<T> = Readonly<Record<string, T>>;

/** Keys stay sorted, so that equal tables look equal however they came about. */
export const put = <T>(table: Table<T>, key: string, value: T): Table<T> =>
  key in table
    ? { ...table, [key]: value }
    : Object.fromEntries(
        [...Object.entries(table), [key, value] as const].sort(([a], [b]) => (a < b ? -1 : 1)),
      );

export function without<T>(table: Table<T>, key: string): Table<T> {
  const { [key]: _, ...rest } = table;
  return rest;
}

/** One payment's rows in service-payment. */
export interface Account {
  payment: Payment;
  operations: readonly (Operation & {
    /** The executor takes it when its time has come: `next_attempt_at` is set. */
    due: boolean;
  })[];
  ledger: readonly { operationId: string; kind: 'capture' | 'refund'; amount: number }[];
}

/** An entry in the provider's book. It is decided once; whoever asks again under the key gets the same. */
export interface Entry {
  key: string;
  kind: Operation['kind'];
  amount: number;
  outcome: 'done' | 'refused';
  reason: string;
}

/** What is under way for one operation and in no database: a crash, or the network, may lose it. */
export interface Call {
  /** Somebody is about to send the request, or it is on the wire: it may reach the provider however late. */
  asked: boolean;
  /** Somebody was told that the provider does not know the operation, and has not settled that yet. */
  absent: boolean;
}

/** A consumer's place in one key of one topic. */
export interface Reader {
  read: number;
  /** How many messages the inbox holds: when it is more than `read`, it knows those that come again. */
  seen: number;
  /** The furthest that it ever was. */
  most: number;
  /** A message further on that it has read already. */
  ahead?: number;
}

/**
 * Everything that is committed somewhere, and the little that is under way. A service that dies loses nothing but
 * calls, so there is no step "crash" beyond theirs: not doing the next step is what a crash looks like from outside.
 *
 * An outbox and the topics it feeds are one list here. Messages of one list keep their order and are read as late as
 * anybody likes, which is all that the relay can do to them.
 */
export interface World {
  /** Seconds since the beginning. */
  readonly now: number;
  readonly orders: Table<Order>;
  /** The tombstones in service-order: users and stores that are gone. */
  readonly deleted: Table<'user' | 'store'>;
  readonly reservations: Table<Reservation>;
  readonly shelf: Table<Stock>;
  readonly accounts: Table<Account>;
  /** The provider's own, by order. */
  readonly books: Table<readonly Entry[]>;
  /**
   * Rows that are committed, and told of on the log, and that no other session sees yet: a standby that has to confirm
   * them is slow. `order <id>` and `reservation <id>`.
   */
  readonly hidden: Table<true>;
  /** By operation. */
  readonly calls: Table<Call>;
  /** By topic and key. */
  readonly log: Table<readonly Message[]>;
  /** By group, topic and key. */
  readonly readers: Table<Reader>;
  /** How often the world around may still interfere. */
  readonly left: Table<number>;
}

export const emptyWorld: World = {
  now: 0,
  orders: {},
  deleted: {},
  reservations: {},
  shelf: {},
  accounts: {},
  books: {},
  hidden: {},
  calls: {},
  log: {},
  readers: {},
  left: {},
};

/** What must never be. Thrown, or returned as text by the invariants. */
export class Violation extends Error {}

/** What is needed is not to be seen: all that the transaction did is undone, and its messages come again later. */
export class NotYetVisible extends Error {}

const begin = Date.parse('2026-01-01T12:00:00Z');
const times = new Map<number, Date>();

/** One object a second, which is quick to turn into JSON: a search compares very many worlds. */
export function timeOf(seconds: number): Date {
  const known = times.get(seconds);
  if (known) return known;
  const time = Object.assign(new Date(begin + seconds * 1_000), { toJSON: () => seconds });
  times.set(seconds, time);
  return time;
}
export const secondsOf = (time: string): number => (Date.parse(time) - begin) / 1_000;

/** How long an order may take: its deadline, and the end of its payment's authorisation. */
export const patienceSeconds = 900;

/** Ids that the schemas of events accept and people can read: order 2 is ...0002. */
const id = (kind: number, n: number) => `00000000-0000-7000-800${kind}-${String(n).padStart(12, '0')}`;
export const orderId = (n: number) => id(0, n);
export const userId = (n: number) => id(1, n);
export const storeId = (n: number) => id(2, n);
export const productId = (n: number) => id(3, n);
/** User n sells in store n. */
export const ownerOf = (store: string) => userId(Number(short(store)));
export const paymentIdOf = (order: string) => id(4, Number(short(order)));
/** Operation 3 of order 2 is ...2003. */
export const operationIdOf = (order: string, n: number) => id(5, Number(short(order)) * 1_000 + n);
export const orderOfOperation = (operation: string) => orderId(Math.floor(Number(short(operation)) / 1_000));
/** For people. */
export const short = (uuid: string) => String(Number(uuid.slice(24)));

export const onLog = (world: Pick<World, 'log'>, topic: string, key: string): readonly Message[] =>
  world.log[`${topic} ${key}`] ?? [];

export interface Announcement {
  topic: string;
  key: string;
  type: string;
  version: number;
  payload: object;
}

/** The outbox's INSERT. The version is the service's word; that it is the right one is checked elsewhere. */
export const announce = (log: World['log'], events: readonly Announcement[]): World['log'] =>
  events.reduce((before, event) => {
    const name = `${event.topic} ${event.key}`;
    return put(before, name, withLast(before[name] ?? none, event));
  }, log);

type Messages = readonly Message[];
const none: Messages = [];
const longer = new WeakMap<Messages, Map<string, Messages>>();

/** Equal lists are one list, however they came about: a search meets few different ones, and each of them often. */
function withLast(before: Messages, event: Announcement): Messages {
  const known = longer.get(before) ?? new Map<string, Messages>();
  longer.set(before, known);
  const text = JSON.stringify(event);
  const list = known.get(text) ?? [...before, messageOf(event, before.length + 1)];
  known.set(text, list);
  return list;
}

const messageOf = (event: Announcement, position: number): Message => ({
  ...event,
  id: `${event.topic} ${event.key} ${position}`,
  partition: 0,
  position,
  occurredAt: '2026-01-01T12:00:00.000Z',
  traceparent: null,
});
