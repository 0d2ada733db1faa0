import { describe, expect, it } from 'vitest';
import { price } from '../../src/domain/placing.js';

const most = 1_000_000_000_000;
/** One order line a price, of as many pieces. */
function priced(...lines: { amount: number; quantity?: number }[]) {
  const items = lines.map(({ quantity = 1 }, i) => ({ storeId: 's', productId: `p${i}`, quantity }));
  const offer = { storeId: 's', sellerId: 'u', name: 'Mug' };
  const offers = lines.map(({ amount }, i) => ({
    ...offer,
    price: { amount, currency: 'EUR' },
    id: `p${i}`,
  }));
  return price(items, new Map(offers.map((each) => [each.id, each])));
}

describe('the total of an order', () => {
  it.each([
    ['one piece', [{ amount: most + 1 }]],
    ['many pieces', [{ amount: 1_000_000_000, quantity: 1_001 }]],
    ['several lines', [{ amount: most }, { amount: 1 }]],
    ['more than a number can hold', [{ amount: Number.MAX_SAFE_INTEGER, quantity: 10_000 }]],
  ])('is refused when %s come to more than 10^12', (_, lines) => {
    expect(() => priced(...lines)).toThrow(expect.objectContaining({ code: 'ORDER_TOO_LARGE' }));
  });

  it('may be 10^12', () => {
    expect(priced({ amount: 1_000_000_000, quantity: 1_000 }).total).toBe(most);
  });
});
