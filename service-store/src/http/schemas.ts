import { money, pageMetadata, str, uuid } from '@msa-event-market/shared-sdk/http';
import { z } from 'zod';
import {
  descriptionLength,
  imageUrlLength,
  isImageUrl,
  leastPrice,
  mostPieces,
  mostPrice,
  nameLength,
} from '../domain/limits.js';
import type { ProductDetails } from '../domain/product.js';

const name = str(nameLength).meta({ examples: ['Walnut Serving Board'] });
const description = str(descriptionLength).meta({ examples: ['Oiled by hand, 45 cm long.'] });
const price = money
  .extend({
    amount: money.shape.amount
      .min(leastPrice)
      .max(mostPrice)
      .meta({ description: 'Minor units, such as cents', examples: [1999] }),
  })
  .meta({ id: 'Price' });
// str() and not z.url(), which lets a NUL through.
const imageUrl = str(imageUrlLength)
  .refine(isImageUrl, 'must be an http or https URL')
  .meta({ examples: ['https://images.example/board.jpg'] });
const quantity = z.int().min(0).max(mostPieces);

export const storeParams = z.object({ storeId: uuid });
export const productParams = z.object({ storeId: uuid, productId: uuid });

export const storeBody = z.strictObject({ name, description });
export const productBody = z.strictObject({ name, description, price, imageUrl: imageUrl.nullish() });
export const newProductBody = productBody.extend({ quantity });
/** Whoever writes a product says what it is from now on: an image that they do not name is gone. */
export const detailsOf = ({ imageUrl = null, ...rest }: z.infer<typeof productBody>): ProductDetails => ({
  ...rest,
  imageUrl,
});
export const quantityBody = z.strictObject({ quantity: quantity.min(1) });

export const storeView = z
  .object({
    id: uuid,
    ownerId: uuid,
    name: z.string(),
    description: z.string(),
    status: z.enum(['OPEN', 'CLOSED']),
    version: z.int().meta({ description: 'The ETag' }),
  })
  .meta({ id: 'Store' });
export const storeList = z.object({ stores: z.array(storeView), metadata: pageMetadata });

export const productView = z
  .object({
    id: uuid,
    storeId: uuid,
    name: z.string(),
    description: z.string(),
    price: money,
    imageUrl: z.string().nullable(),
    quantity: z.int().meta({ description: 'How many are available: neither reserved nor sold' }),
    version: z.int().meta({ description: 'The ETag; sales do not change it' }),
  })
  .meta({ id: 'Product' });
export const productList = z.object({ products: z.array(productView), metadata: pageMetadata });

export const quantityView = z.object({ id: uuid, quantity: z.int() });

export const stockView = z
  .object({
    available: z.int(),
    reserved: z.int().meta({ description: 'Held for orders that are not paid for yet' }),
    sold: z.int(),
    received: z.int().meta({ description: 'The sum of all movements: available + reserved + sold' }),
    movements: z.array(
      z.object({
        id: uuid,
        quantity: z.int().meta({ description: 'Put in (> 0) or taken out (< 0)' }),
        actor: uuid.meta({ description: 'The user who did it' }),
        at: z.iso.datetime(),
      }),
    ),
    metadata: pageMetadata,
  })
  .meta({ id: 'Stock' });
