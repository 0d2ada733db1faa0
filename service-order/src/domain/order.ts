export type Status =
  | 'PENDING'
  | 'RESERVED'
  | 'CONFIRMED'
  | 'SHIPPED'
  | 'CANCELLING'
  | 'DELIVERED'
  | 'REJECTED'
  | 'CANCELLED'
  | 'EXPIRED';
export type Outcome = 'CANCELLED' | 'EXPIRED' | 'REJECTED';
export type Reason =
  | 'OUT_OF_STOCK'
  | 'PAYMENT_DECLINED'
  | 'BUYER'
  | 'ADMIN'
  | 'DEADLINE'
  | 'CAPTURE_FAILED'
  | 'USER_DELETED'
  | 'STORE_DELETED';

/** One store's part of an order. */
export interface Part {
  storeId: string;
  sellerId: string;
  status: 'OPEN' | 'SHIPPED' | 'DELIVERED';
}

/** What the saga knows and decides on. Lines and addresses never change and are read elsewhere. */
export interface Order {
  readonly id: string;
  readonly userId: string;
  readonly total: number;
  readonly currency: string;
  readonly method: string;
  readonly expiresAt: string;
  readonly status: Status;
  /** The number of messages on the topic `order`: version n is the order's n-th record there. */
  readonly version: number;
  /** What service-store has answered so far. */
  readonly stock: 'ASKED' | 'RESERVED' | 'CLEAR';
  /** What service-payment has answered so far. */
  readonly money: 'NONE' | 'ASKED' | 'AUTHORIZED' | 'CAPTURED' | 'CLEAR';
  readonly outcome: Outcome | null;
  readonly reason: Reason | null;
  readonly parts: readonly Part[];
}

/** Everything that can happen to an order: answers of other services, requests of people, time. */
export type Trigger =
  | { type: 'StockReserved' }
  | { type: 'StockRejected'; lines: { productId: string }[] }
  | { type: 'StockReleased' }
  | { type: 'PaymentAuthorized' }
  | { type: 'PaymentDeclined' }
  | { type: 'PaymentCaptured' }
  | { type: 'PaymentCaptureFailed' }
  | { type: 'PaymentCancelled' }
  | { type: 'PaymentRefunded' }
  | { type: 'PaymentRefundFailed' }
  | { type: 'Stop'; reason: 'BUYER' | 'ADMIN' | 'USER_DELETED' | 'STORE_DELETED' }
  | { type: 'Deadline' }
  | { type: 'Ship'; storeId: string }
  | { type: 'Deliver'; storeId: string };

export interface OrderMessage {
  type: string;
  payload: { orderId: string; userId: string } & Record<string, unknown>;
}

/**
 * What becomes of an order. `applied` changed its state; `noted` is kept in its history, perhaps with a field;
 * `ignored` does not fit and changes nothing, with `alarm` when it should never come; `refused` is what a person asked
 * for and cannot have now.
 */
export type Reaction =
  | { effect: 'applied' | 'noted'; order: Order; message?: OrderMessage }
  | { effect: 'ignored'; order: Order; alarm?: true }
  | { effect: 'refused'; order: Order; code: 'INVALID_ORDER_STATE' | 'PAYMENT_NOT_CAPTURED' };

export const isOpen = ({ status }: Pick<Order, 'status'>) =>
  !['DELIVERED', 'REJECTED', 'CANCELLED', 'EXPIRED'].includes(status);
