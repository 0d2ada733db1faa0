import type { Books, LoggedEvent } from './evidence.js';
import type { Item } from './shop.js';

export const euros = (amount: number) => `${(amount / 100).toFixed(2)} EUR`;

export const basket = (items: Item[]) =>
  items.map(({ product, quantity }) => `${quantity} x ${product.name}`).join(' and ');

const endings: Record<string, string> = {
  refunded: 'refunded, in the ledger',
  voided: 'authorisation given up',
  none: 'nothing to give back',
};

/** What the service that wrote the event has changed in the same transaction. */
export function changeOf({ topic, type, from, to, payload }: LoggedEvent): string {
  if (topic === 'order')
    return `order: ${from === null ? to : from === to ? `stays ${to}` : `${from} -> ${to}`}`;
  const { amount, reason, lines, restocked, how } = payload as {
    amount: number;
    reason: string;
    lines: { requested: number; available: number }[];
    restocked: boolean;
    how: string;
  };
  switch (type) {
    case 'StockReserved':
      return 'store: every line reserved';
    case 'StockRejected':
      return `store: nothing reserved, ${lines.map((line) => `${line.available} left of ${line.requested} wanted`).join(', ')}`;
    case 'StockReleased':
      return `store: ${restocked ? 'sold' : 'reserved'} pieces are back on the shelf`;
    case 'PaymentAuthorized':
      return `payment: ${euros(amount)} authorised`;
    case 'PaymentCaptured':
      return `payment: ${euros(amount)} captured, in the ledger`;
    case 'PaymentDeclined':
      return `payment: declined, ${reason}`;
    case 'PaymentCancelled':
      return `payment: ${endings[how] ?? how}`;
    default:
      return '';
  }
}

/** What the books say at the end, one line a book. */
export function accounts({ order, reservation, payment, ledger, provider }: Books): string[][] {
  return [
    ['order', `${order.status}, money ${order.money}, ${order.steps} lines of history`],
    ['reservation', reservation ?? 'none'],
    [
      'payment',
      payment
        ? `${payment.status}, captured ${euros(payment.captured)}, refunded ${euros(payment.refunded)}`
        : 'none',
    ],
    [
      'ledger',
      ledger.map(({ debit, credit, amount }) => `${debit} -> ${credit} ${euros(amount)}`).join('; ') ||
        'no entry',
    ],
    [
      'provider’s book',
      provider
        .map(({ kind, amount, outcome, reason }) => `${kind} ${euros(amount)} ${reason ?? outcome}`)
        .join('; ') || 'nobody asked',
    ],
  ];
}
