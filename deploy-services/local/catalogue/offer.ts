/** A store of the demo market: everything in it was made up for this project. */
export interface StoreOffer {
  name: string;
  /** Login id of the demo user who owns it. */
  seller: string;
  description: string;
  products: ProductOffer[];
}

export interface ProductOffer {
  name: string;
  description: string;
  /** EUR cents. */
  price: number;
  /** Pieces to begin with; a few products have hardly any, so that running out can be watched. */
  stock: number;
}
