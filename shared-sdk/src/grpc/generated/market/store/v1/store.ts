// Generated from proto/market/store/v1/store.proto by `npm run proto`: do not edit.

import type { ListMetadata, Money } from '../../common/v1/common.js';

/** Whether a store sells. */
export type StoreStatus =
  | 'STORE_STATUS_UNSPECIFIED'
  | 'STORE_STATUS_OPEN'
  | 'STORE_STATUS_CLOSED';

/** A store. */
export interface Store {
  /** UUIDv7. */
  id: string;
  /** The user who opened it. */
  ownerId: string;
  /** What it is called. */
  name: string;
  /** What it is about. */
  description: string;
  /** Whether it sells. */
  status: StoreStatus;
  /** Raised by each change; a change states the version that it was made from. */
  version: number;
}

/** A product as anyone may see it. */
export interface Product {
  /** UUIDv7. */
  id: string;
  /** The store that sells it. */
  storeId: string;
  /** What it is called. */
  name: string;
  /** What it is. */
  description: string;
  /** How many pieces are available. */
  quantity: number;
  /** The price of one piece. */
  price: Money;
  /** A picture, if there is one. */
  imageUrl?: string;
  /** Raised by the owner's changes, not by sales; a change states the version that it was made from. */
  version: number;
}

/** A product as an order sees it. */
export interface Quote {
  /** The product's id. */
  productId: string;
  /** The store that sells it. */
  storeId: string;
  /** The user who owns that store. */
  sellerId: string;
  /** What it is called. */
  name: string;
  /** The price of one piece. */
  price: Money;
  /** The product's version that this price belongs to. */
  version: number;
  /** Whether the product or its store was deleted. */
  deleted: boolean;
  /** How many pieces are available: a hint, only a reservation decides. */
  available: number;
}

/** Pieces that were put in or taken out by hand. */
export interface StockMovement {
  /** UUIDv7. */
  id: string;
  /** More than 0: put in; less than 0: taken out. */
  quantity: number;
  /** The user who did it. */
  actor: string;
  /** RFC 3339, UTC. */
  at: string;
}

/** Asks for a new store. */
export interface CreateStoreRequest {
  /** What it is to be called. */
  name: string;
  /** What it is about. */
  description: string;
}

/** The new store. */
export interface CreateStoreResponse {
  /** As it was stored. */
  store: Store;
}

/** Asks for one store. */
export interface GetStoreRequest {
  /** The store's id. */
  id: string;
}

/** One store. */
export interface GetStoreResponse {
  /** As it is now. */
  store: Store;
}

/** Asks for a page of stores. */
export interface ListStoreRequest {
  /** 1 to 100; 0 stands for 50. */
  limit: number;
  /** How many to skip. */
  offset: number;
}

/** A page of stores. */
export interface ListStoreResponse {
  /** The oldest first. */
  stores: Store[];
  /** Which part of the list this is. */
  metadata: ListMetadata;
}

/** Asks to change a store. */
export interface UpdateStoreRequest {
  /** The store's id. */
  id: string;
  /** The version that the change was made from; another one is a conflict. */
  version: number;
  /** What it is to be called. */
  name: string;
  /** What it is about. */
  description: string;
}

/** The changed store. */
export interface UpdateStoreResponse {
  /** As it is now. */
  store: Store;
}

/** Asks to close a store. */
export interface DeleteStoreRequest {
  /** The store's id. */
  id: string;
}

/** The store is closed. */
export type DeleteStoreResponse = Record<string, never>;

/** Asks for a new product. */
export interface CreateProductRequest {
  /** The store that sells it. */
  storeId: string;
  /** What it is to be called. */
  name: string;
  /** What it is. */
  description: string;
  /** The price of one piece. */
  price: Money;
  /** How many pieces there are to begin with. */
  quantity: number;
  /** A picture, if there is one. */
  imageUrl?: string;
}

/** The new product. */
export interface CreateProductResponse {
  /** As it was stored. */
  product: Product;
}

/** Asks for one product. */
export interface GetProductRequest {
  /** The store that sells it. */
  storeId: string;
  /** The product's id. */
  id: string;
}

/** One product. */
export interface GetProductResponse {
  /** As it is now. */
  product: Product;
}

/** Asks for a page of a store's products. */
export interface ListProductRequest {
  /** The store. */
  storeId: string;
  /** 1 to 100; 0 stands for 50. */
  limit: number;
  /** How many to skip. */
  offset: number;
}

/** A page of products. */
export interface ListProductResponse {
  /** The oldest first. */
  products: Product[];
  /** Which part of the list this is. */
  metadata: ListMetadata;
}

/** Asks to change a product. */
export interface UpdateProductRequest {
  /** The store that sells it. */
  storeId: string;
  /** The product's id. */
  id: string;
  /** The version that the change was made from; another one is a conflict. */
  version: number;
  /** What it is to be called. */
  name: string;
  /** What it is. */
  description: string;
  /** The price of one piece. */
  price: Money;
  /** A picture; without it there is none from now on. */
  imageUrl?: string;
}

/** The changed product. */
export interface UpdateProductResponse {
  /** As it is now. */
  product: Product;
}

/** Asks to take a product off sale. */
export interface DeleteProductRequest {
  /** The store that sells it. */
  storeId: string;
  /** The product's id. */
  id: string;
}

/** The product is off sale. */
export type DeleteProductResponse = Record<string, never>;

/** Asks to put pieces on the shelf. */
export interface IncreaseProductQuantityRequest {
  /** The store that sells it. */
  storeId: string;
  /** The product's id. */
  id: string;
  /** How many, more than 0. */
  quantity: number;
}

/** What is there now. */
export interface IncreaseProductQuantityResponse {
  /** The product's id. */
  id: string;
  /** How many pieces are available. */
  quantity: number;
}

/** Asks to take pieces off the shelf. */
export interface DecreaseProductQuantityRequest {
  /** The store that sells it. */
  storeId: string;
  /** The product's id. */
  id: string;
  /** How many, more than 0. */
  quantity: number;
}

/** What is there now. */
export interface DecreaseProductQuantityResponse {
  /** The product's id. */
  id: string;
  /** How many pieces are available. */
  quantity: number;
}

/** Asks for the quotes of several products, of whatever stores. */
export interface BatchGetProductRequest {
  /** 1 to 500 products' ids. */
  productIds: string[];
}

/** The quotes, in no particular order. */
export interface BatchGetProductResponse {
  /** Of the products that exist or existed; unknown ones are left out. */
  products: Quote[];
}

/** Asks where the pieces of a product are. */
export interface GetStockRequest {
  /** The store that sells it. */
  storeId: string;
  /** The product's id. */
  id: string;
  /** How many movements: 1 to 100; 0 stands for 50. */
  limit: number;
  /** How many movements to skip. */
  offset: number;
}

/** Where they are: received = available + reserved + sold. */
export interface GetStockResponse {
  /** The product's id. */
  id: string;
  /** On the shelf. */
  available: number;
  /** Held by orders that are not paid yet. */
  reserved: number;
  /** Of confirmed orders. */
  sold: number;
  /** The sum of all movements. */
  received: number;
  /** The latest first. */
  movements: StockMovement[];
  /** Which part of the movements this is. */
  metadata: ListMetadata;
}

/** Stores and products. The same rules as REST; the access token travels in the metadata `authorization`. */
export interface StoreService {
  /** Opens a store; the caller owns it. */
  CreateStore: { request: CreateStoreRequest; response: CreateStoreResponse };
  /** Reads an open store. Public. */
  GetStore: { request: GetStoreRequest; response: GetStoreResponse };
  /** Lists the open stores. Public. */
  ListStore: { request: ListStoreRequest; response: ListStoreResponse };
  /** Changes a store. For its owner and admins. */
  UpdateStore: { request: UpdateStoreRequest; response: UpdateStoreResponse };
  /** Closes a store and takes its products off sale. For its owner and admins. */
  DeleteStore: { request: DeleteStoreRequest; response: DeleteStoreResponse };
  /** Puts a product on sale. For the store's owner and admins. */
  CreateProduct: { request: CreateProductRequest; response: CreateProductResponse };
  /** Reads a product that is on sale. Public. */
  GetProduct: { request: GetProductRequest; response: GetProductResponse };
  /** Lists the products of a store. Public. */
  ListProduct: { request: ListProductRequest; response: ListProductResponse };
  /** Changes a product. For the store's owner and admins. */
  UpdateProduct: { request: UpdateProductRequest; response: UpdateProductResponse };
  /** Takes a product off sale; what orders hold stays theirs. For the store's owner and admins. */
  DeleteProduct: { request: DeleteProductRequest; response: DeleteProductResponse };
  /** Puts pieces on the shelf. For the store's owner and admins. */
  IncreaseProductQuantity: { request: IncreaseProductQuantityRequest; response: IncreaseProductQuantityResponse };
  /** Takes pieces off the shelf, never those that orders hold. For the store's owner and admins. */
  DecreaseProductQuantity: { request: DecreaseProductQuantityRequest; response: DecreaseProductQuantityResponse };
  /** What an order needs to know of products before it is placed. Public. */
  BatchGetProduct: { request: BatchGetProductRequest; response: BatchGetProductResponse };
  /** Where the pieces of a product are, and who moved them. For the store's owner and admins. */
  GetStock: { request: GetStockRequest; response: GetStockResponse };
}
