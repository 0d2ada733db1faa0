import { z } from 'zod';
import { catalogue } from './catalogue.js';
import { id } from './fields.js';

const store = z.object({ storeId: id, ownerId: id, name: z.string() });

/** Topic `store`, keyed by the store's id. */
export const storeEvents = catalogue('store', {
  StoreCreated: store,
  StoreUpdated: store,
  StoreDeleted: z.object({ storeId: id, ownerId: id }),
});
