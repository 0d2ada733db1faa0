import type { OutboxEvent } from '@msa-event-market/shared-sdk/outbox';
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

/** A product with its stock: what its owner changes, locked together. */
export interface Item {
  product: Product;
  stock: Stock;
}

export interface ItemChange extends Item {
  events: OutboxEvent[];
  /** Pieces that the owner put in or took out; it becomes a row of the movements. */
  moved?: number;
}

export function newProduct(id: string, storeId: string, details: ProductDetails, quantity: number): ItemChange {
  const product = { id, storeId, ...details, version: 1 };
  const stock = firstStock(id, storeId, quantity);
  return { product, stock, events: [productEvent(stock, 'ProductCreated', announced(product))], moved: quantity };
}

export function updateProduct({ product: before, stock: old }: Item, details: ProductDetails): ItemChange {
  const product = { ...before, ...details, version: before.version + 1 };
  const stock = nextRecord(old);
  return { product, stock, events: [productEvent(stock, 'ProductUpdated', announced(product))] };
}

export function changeQuantity({ product, stock: old }: Item, by: number): ItemChange {
  const stock = nextRecord(adjust(old, by));
  return { product, stock, events: [quantityChanged(stock)], moved: by };
}

/** Soft: nothing new is reserved, what orders hold stays until they are delivered or cancelled. */
export function deleteStock(old: Stock): { stock: Stock; event: OutboxEvent } {
  const stock = { ...nextRecord(old), gone: true };
  return { stock, event: productEvent(stock, 'ProductDeleted') };
}

const announced = ({ name, price }: Product) => ({ name, price });
