import type { Answer, Kind } from '../../../service-payment/src/domain/model.js';
import { type Entry, put, type World } from './world.js';

export const total = (book: readonly Entry[], kind: Kind): number =>
  book
    .filter((entry) => entry.kind === kind && entry.outcome === 'done')
    .reduce((sum, { amount }) => sum + amount, 0);

export const has = (book: readonly Entry[], kind: Kind): boolean =>
  book.some((entry) => entry.kind === kind && entry.outcome === 'done');

type Decision = Pick<Entry, 'outcome' | 'reason'>;
const done: Decision = { outcome: 'done', reason: '' };
const refused = (reason: string): Decision => ({ outcome: 'refused', reason });

/** What the provider may say to a call that is new to it. It keeps its own rules, and refuses whatever it likes. */
export function decisions(
  book: readonly Entry[],
  { kind, amount }: Pick<Entry, 'kind' | 'amount'>,
): Decision[] {
  switch (kind) {
    case 'authorize':
      return [done, refused('CARD_DECLINED')];
    case 'capture':
      if (!has(book, 'authorize') || has(book, 'void')) return [refused('NOT_AUTHORIZED')];
      if (total(book, 'capture') + amount > total(book, 'authorize')) return [refused('EXCEEDS_AUTHORIZED')];
      return [done, refused('CAPTURE_REFUSED')];
    case 'void':
      if (!has(book, 'authorize')) return [refused('NOT_AUTHORIZED')];
      return [has(book, 'capture') ? refused('ALREADY_CAPTURED') : done];
    case 'refund':
      if (total(book, 'refund') + amount > total(book, 'capture')) return [refused('EXCEEDS_CAPTURED')];
      return [done, refused('REFUND_REFUSED')];
  }
}

/** The key of a capture that nobody asked for through us: in the provider's own dashboard. */
export const capturedByHand = 'by hand';

export const bookOf = (world: World, orderId: string): readonly Entry[] => world.books[orderId] ?? [];

export const enter = (world: World, orderId: string, entry: Entry): World => ({
  ...world,
  books: put(world.books, orderId, [...bookOf(world, orderId), entry]),
});

export const answerOf = ({ outcome, reason }: Entry): Answer =>
  outcome === 'done' ? { result: 'done', providerRef: 'ref' } : { result: 'refused', reason };
