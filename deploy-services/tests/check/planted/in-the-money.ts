import { like, operation, order, type Planted, payment } from './planted.js';

export const inTheMoney: Planted[] = [
  {
    number: '2a',
    name: 'an order that is delivered and not paid',
    market: `DELETE FROM payment.ledger WHERE operation_id = (SELECT o.id FROM payment.operation o JOIN payment.payment p ON p.id = payment_id
             WHERE kind = 'capture' AND order_id = ${order('DELIVERED')})`,
  },
  {
    number: '2a',
    name: 'an order that is cancelled and not given back',
    market: `UPDATE orders.orders SET status = 'CANCELLED', stock = 'CLEAR', money = 'CLEAR' WHERE id = ${order('SHIPPED')}`,
  },
  {
    number: '2a',
    name: 'an order of which a part went back that no admin refunded',
    market: `UPDATE payment.operation SET requested_by = NULL WHERE id = ${operation('refund', 'DONE', 'requested_by IS NOT NULL')}`,
  },
  {
    number: '2a',
    name: 'a payment of another amount than the order',
    market: `UPDATE orders.orders SET total = total + 1 WHERE id = ${order('REJECTED')} OR id = ${order('DELIVERED')}`,
  },
  {
    number: '2a',
    name: 'a payment in another currency than the order',
    market: `UPDATE orders.orders SET currency = 'USD' WHERE id = ${order('DELIVERED')}`,
  },
  {
    number: '2a',
    name: 'an order that somebody else has paid',
    market: `UPDATE payment.payment SET user_id = gen_random_uuid() WHERE id = ${payment('CAPTURED')}`,
  },
  {
    number: '2a',
    name: 'a payment of an order that does not exist',
    market: `UPDATE payment.payment SET order_id = gen_random_uuid() WHERE id = ${payment('DECLINED')}`,
  },
  {
    number: '2b',
    name: 'an authorisation that we never asked for',
    sandbox: like('sandbox.book', { key: 'gen_random_uuid()' }, `kind = 'authorize' AND outcome = 'refused'`),
  },
  {
    number: '2b',
    name: 'a refund that the provider knows nothing of',
    sandbox: `DELETE FROM sandbox.book WHERE key = (SELECT key FROM sandbox.book WHERE kind = 'refund' LIMIT 1)`,
  },
  {
    number: '2b',
    name: 'a capture of another amount at the provider',
    sandbox: `UPDATE sandbox.book SET amount = amount - 1 WHERE key = (SELECT key FROM sandbox.book WHERE kind = 'capture' LIMIT 1)`,
  },
  {
    number: '2b',
    name: 'a capture in another currency at the provider',
    sandbox: `UPDATE sandbox.book SET currency = 'USD' WHERE key = (SELECT key FROM sandbox.book WHERE kind = 'capture' LIMIT 1)`,
  },
  {
    number: '2b',
    name: 'a capture of another order at the provider',
    sandbox: `UPDATE sandbox.book SET order_id = gen_random_uuid() WHERE key = (SELECT key FROM sandbox.book WHERE kind = 'capture' LIMIT 1)`,
  },
  {
    number: '2b',
    name: 'a void that the provider has refused',
    sandbox: `UPDATE sandbox.book SET outcome = 'refused', reason = 'NO' WHERE key = (SELECT key FROM sandbox.book WHERE kind = 'void' LIMIT 1)`,
  },
  {
    number: '2b',
    name: 'a refused capture that the provider has made',
    sandbox: `UPDATE sandbox.book SET outcome = 'done', reason = NULL WHERE kind = 'capture' AND outcome = 'refused'`,
  },
  {
    number: '2c',
    name: 'an order that the provider has captured twice',
    sandbox: like(
      'sandbox.book',
      { key: 'gen_random_uuid()' },
      `key = (SELECT key FROM sandbox.book WHERE kind = 'capture' AND outcome = 'done' LIMIT 1)`,
    ),
  },
  {
    number: '2c',
    name: 'a cancelled order for which money is still authorised',
    sandbox: `DELETE FROM sandbox.book WHERE key = (SELECT key FROM sandbox.book WHERE kind = 'void' LIMIT 1)`,
  },
  {
    number: '2c',
    name: 'more given back by the provider than it had taken',
    sandbox: `UPDATE sandbox.book SET amount = amount + 1 WHERE key = (SELECT b.key FROM sandbox.book b WHERE kind = 'refund' AND amount =
              (SELECT sum(amount) FROM sandbox.book c WHERE c.order_id = b.order_id AND kind = 'capture' AND outcome = 'done') LIMIT 1)`,
  },
];
