// Generated from proto/market/order/v1/order.proto by `npm run proto`: do not edit.

import type { Money } from '../../common/v1/common.js';

/** Where an order is in its life. */
export type OrderStatus =
  | 'ORDER_STATUS_UNSPECIFIED'
  | 'ORDER_STATUS_PENDING'
  | 'ORDER_STATUS_RESERVED'
  | 'ORDER_STATUS_CONFIRMED'
  | 'ORDER_STATUS_SHIPPED'
  | 'ORDER_STATUS_DELIVERED'
  | 'ORDER_STATUS_CANCELLING'
  | 'ORDER_STATUS_REJECTED'
  | 'ORDER_STATUS_CANCELLED'
  | 'ORDER_STATUS_EXPIRED';

/** Where one store's part of an order is. */
export type PartStatus =
  | 'PART_STATUS_UNSPECIFIED'
  | 'PART_STATUS_OPEN'
  | 'PART_STATUS_SHIPPED'
  | 'PART_STATUS_DELIVERED';

/** Where to ship. */
export interface ShippingAddress {
  /** Who receives it, at most 100 characters. */
  name: string;
  /** Street and number. */
  street: string;
  /** City. */
  city: string;
  /** Postal code. */
  zip: string;
  /** ISO 3166-1 alpha-2, such as DE. */
  country: string;
}

/** What to order. */
export interface OrderItem {
  /** The store that sells it. */
  storeId: string;
  /** The product. */
  productId: string;
  /** How many pieces, more than 0. */
  quantity: number;
}

/** What was ordered, at the price of that moment. */
export interface OrderLine {
  /** The store that sells it. */
  storeId: string;
  /** The product. */
  productId: string;
  /** What it was called. */
  name: string;
  /** How many pieces. */
  quantity: number;
  /** The price of one piece, in the currency of the order's total. */
  unitPrice: number;
}

/** One store's part of an order. */
export interface OrderPart {
  /** The store. */
  storeId: string;
  /** The user who owns it. */
  sellerId: string;
  /** Where the part is. */
  status: PartStatus;
}

/** One thing that happened to an order. */
export interface HistoryEntry {
  /** Grows with each entry of the order. */
  seq: number;
  /** RFC 3339, UTC. */
  at: string;
  /** What happened: the type of an event, or what a person or the clock did. */
  trigger: string;
  /** The event that came; missing for people and the clock. */
  eventId?: string;
  /** The event that this wrote, if it wrote one. */
  messageId?: string;
  /** The status before; missing at placing. */
  from?: OrderStatus;
  /** The status after. */
  to: OrderStatus;
  /** What became of it: applied, noted or ignored. */
  effect: string;
  /** The trace to look for in logs and traces. */
  traceId?: string;
  /** The type of the message that was written. */
  message?: string;
}

/** An order. */
export interface Order {
  /** UUIDv7. */
  id: string;
  /** The number that people use. */
  number: string;
  /** The buyer. */
  userId: string;
  /** Where it is in its life. */
  status: OrderStatus;
  /** Why it ends or ended early. */
  reason?: string;
  /** What was ordered; a seller sees the own lines only. */
  lines: OrderLine[];
  /** The stores that take part. */
  parts: OrderPart[];
  /** The sum of the lines. */
  total: Money;
  /** How it is paid. */
  paymentMethod: string;
  /** Where it goes; for the buyer and admins, and for sellers once it is confirmed. */
  shippingAddress?: ShippingAddress;
  /** When it expires unless it is confirmed. RFC 3339, UTC. */
  expiresAt: string;
  /** RFC 3339, UTC. */
  createdAt: string;
  /** RFC 3339, UTC. */
  updatedAt: string;
  /** How many events the order has announced. */
  version: number;
}

/** Asks for a new order. */
export interface PlaceOrderRequest {
  /** Chosen by the caller, 1 to 128 characters: the same key gives the same order, for 24 hours. */
  idempotencyKey: string;
  /** 1 to 50 items of one currency, each product once. */
  items: OrderItem[];
  /** Such as `pm_card_visa`. */
  paymentMethod: string;
  /** Where to ship. */
  shippingAddress: ShippingAddress;
  /** What the buyer has seen; another total is refused with PRICE_CHANGED. */
  expectedTotal?: number;
}

/** The new order, or the one that the key had placed before. */
export interface PlaceOrderResponse {
  /** As it was when it was placed. */
  order: Order;
}

/** Asks for one order. */
export interface GetOrderRequest {
  /** The order's id. */
  id: string;
}

/** One order. */
export interface GetOrderResponse {
  /** As it is now. */
  order: Order;
  /** What happened to it, the first thing first; of a very long history the newest 500 lines. */
  history: HistoryEntry[];
}

/** Asks for a page of orders. */
export interface ListOrderRequest {
  /** Only those in this status. */
  status: OrderStatus;
  /** Only this buyer's; for admins. */
  userId?: string;
  /** 1 to 100; 0 stands for 50. */
  limit: number;
  /** Where the last page ended; empty for the first. */
  cursor: string;
}

/** A page of orders. */
export interface ListOrderResponse {
  /** The latest first. */
  orders: Order[];
  /** How many at most. */
  limit: number;
  /** For the next page; missing on the last. */
  nextCursor?: string;
}

/** Asks to cancel an order. */
export interface CancelOrderRequest {
  /** The order's id. */
  id: string;
}

/** The order is being cancelled. */
export interface CancelOrderResponse {
  /** As it is now. */
  order: Order;
}

/** Asks to note a shipment. */
export interface ShipOrderRequest {
  /** The order's id. */
  id: string;
  /** The store that has shipped. */
  storeId: string;
}

/** The store's part is on its way. */
export interface ShipOrderResponse {
  /** As it is now. */
  order: Order;
}

/** Asks to note an arrival. */
export interface DeliverOrderRequest {
  /** The order's id. */
  id: string;
  /** The store whose part has arrived. */
  storeId: string;
}

/** The store's part is there. */
export interface DeliverOrderResponse {
  /** As it is now. */
  order: Order;
}

/** Orders. The same rules as REST; the access token travels in the metadata `authorization`. */
export interface OrderService {
  /** Places an order for the caller. The same idempotency key gives the same order. */
  PlaceOrder: { request: PlaceOrderRequest; response: PlaceOrderResponse };
  /** Reads an order with its history. For its buyer, admins, and sellers (their own lines). */
  GetOrder: { request: GetOrderRequest; response: GetOrderResponse };
  /** Lists the caller's orders; an admin sees all. */
  ListOrder: { request: ListOrderRequest; response: ListOrderResponse };
  /** Begins to cancel an order. For its buyer and admins, until a store has shipped. */
  CancelOrder: { request: CancelOrderRequest; response: CancelOrderResponse };
  /** Notes that a store has shipped its part. For that store's seller and admins. */
  ShipOrder: { request: ShipOrderRequest; response: ShipOrderResponse };
  /** Notes that a store's part has arrived. For that store's seller and admins. */
  DeliverOrder: { request: DeliverOrderRequest; response: DeliverOrderResponse };
}
