import fc from 'fast-check';
import type { Story } from './walk.js';

const products = 4;

const basket = fc.record({
  buyer: fc.integer({ min: 1, max: 3 }),
  lines: fc.uniqueArray(
    fc.record({ product: fc.integer({ min: 1, max: products }), quantity: fc.integer({ min: 1, max: 3 }) }),
    { minLength: 1, maxLength: 3, selector: ({ product }) => product },
  ),
});

export const stories: fc.Arbitrary<Story> = fc.record({
  stock: fc.array(fc.nat(6), { minLength: products, maxLength: products }),
  baskets: fc.array(basket, { minLength: 1, maxLength: 12 }),
  choices: fc.array(fc.nat(2 ** 31 - 1), { minLength: 20, maxLength: 400, size: 'max' }),
});
