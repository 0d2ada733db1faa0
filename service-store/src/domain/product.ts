import type { OutboxEvent } from '@msa-event-market/shared-sdk/outbox';
import { errors } from './errors.js';
import { adjust, firstStock, nextRecord, productEvent, quantityChanged, type Stock } from './stock.js';

export interface Money {
  /** Minor units: cents. */
  amount: number;
  currency: string;
}

/** What the owner writes. */
export interface ProductDetails {
  name: string;
  description: string;
  price: Money;
  imageUrl: string | null;
}

export interface Product extends ProductDetails {
  id: string;
  storeId: string;
  /** The ETag: raised by what the owner writes, not by sales. */
  version: number;
}

/** A product is always looked up within its store. */
export interface ProductRef {
  storeId: string;
  productId: string;
}

/** A product with its stock: what its owner changes, locked together. */
export interface Item {
  product: Product;
  stock: Stock;
}

export interface ItemChange extends Item {
  events: OutboxEvent[];
  movement?: Movement;
}

/** Pieces that somebody put in (> 0) or took out (< 0); the sum over a product is its stock's `received`. */
export interface Movement {
  quantity: number;
  actor: string;
}

export function newProduct(ref: ProductRef, details: ProductDetails, initial: Movement): ItemChange {
  const product = { id: ref.productId, storeId: ref.storeId, ...details, version: 1 };
  const stock = firstStock(ref, initial.quantity);
  return {
    product,
    stock,
    events: [productEvent(stock, 'ProductCreated', announced(product))],
    movement: initial,
  };
}

export function updateProduct(
  { product: before, stock: old }: Item,
  details: ProductDetails,
  expectedVersion: number,
): ItemChange {
  if (before.version !== expectedVersion) throw errors.PRECONDITION_FAILED('product');
  const product = { ...before, ...details, version: before.version + 1 };
  const stock = nextRecord(old);
  return { product, stock, events: [productEvent(stock, 'ProductUpdated', announced(product))] };
}

export function changeQuantity({ product, stock: old }: Item, movement: Movement): ItemChange {
  const stock = nextRecord(adjust(old, movement.quantity));
  return { product, stock, events: [quantityChanged(stock)], movement };
}

/** Soft: nothing new is reserved, what orders hold stays until they are delivered or cancelled. */
export function deleteStock(old: Stock): { stock: Stock; event: OutboxEvent } {
  const stock = { ...nextRecord(old), gone: true };
  return { stock, event: productEvent(stock, 'ProductDeleted') };
}

const announced = ({ name, price }: Product) => ({ name, price });
