import { like, operation, type Planted, payment, unguarded } from './planted.js';

export const inTheLedger: Planted[] = [
  {
    number: '1a',
    name: 'an entry in the ledger that belongs to no operation',
    market: `INSERT INTO payment.ledger (operation_id, debit, credit, amount, currency) VALUES (gen_random_uuid(), 'provider', 'sales', 100, 'EUR')`,
  },
  {
    number: '1a',
    name: 'an entry for a capture that was refused',
    market: `INSERT INTO payment.ledger (operation_id, debit, credit, amount, currency) SELECT id, 'provider', 'sales', amount, 'EUR' FROM payment.operation WHERE id = ${operation('capture', 'FAILED')}`,
  },
  {
    number: '1a',
    name: 'an entry of another amount than its operation',
    market: `UPDATE payment.ledger SET amount = amount + 1 WHERE operation_id = ${operation('capture')}`,
  },
  {
    number: '1a',
    name: 'an entry whose sides are exchanged',
    market: `UPDATE payment.ledger SET debit = credit, credit = debit WHERE operation_id = ${operation('refund')}`,
  },
  {
    number: '1a',
    name: 'an entry in another currency',
    market: `UPDATE payment.ledger SET currency = 'USD' WHERE operation_id = ${operation('capture')}`,
  },
  {
    number: '1a',
    name: 'a refund that is not in the ledger',
    market: `DELETE FROM payment.ledger WHERE operation_id = ${operation('refund')}`,
  },
  {
    number: '1a',
    name: 'a capture that is in the ledger twice',
    market: `${unguarded('payment.ledger', 'ledger_operation_id_key')} INSERT INTO payment.ledger (operation_id, debit, credit, amount, currency)
             SELECT operation_id, debit, credit, amount, currency FROM payment.ledger WHERE operation_id = ${operation('capture')}`,
  },
  {
    number: '1b',
    name: 'a payment of which more is captured than was agreed',
    market: `${unguarded('payment.payment', 'captured_within_amount')} UPDATE payment.payment SET captured = captured + 1 WHERE id = ${payment('CAPTURED')}`,
  },
  {
    number: '1b',
    name: 'a payment of which more is refunded than was captured',
    market: `${unguarded('payment.payment', 'refunds_within_captured')} UPDATE payment.payment SET refunded = captured + 1 WHERE id = ${payment('CAPTURED')}`,
  },
  {
    number: '1b',
    name: 'a payment that has forgotten its capture',
    market: `UPDATE payment.payment SET captured = 0, status = 'AUTHORIZED' WHERE id = (SELECT id FROM payment.payment WHERE status = 'CAPTURED' AND refunded = 0 LIMIT 1)`,
  },
  {
    number: '1b',
    name: 'a payment that waits for a refund which is not under way',
    market: `UPDATE payment.payment SET refunding = 50 WHERE id = (SELECT id FROM payment.payment WHERE status = 'CAPTURED' LIMIT 1)`,
  },
  {
    number: '1b',
    name: 'a payment that is captured in part',
    market: `UPDATE payment.payment SET amount = amount + 100 WHERE id = ${payment('CAPTURED')}`,
  },
  {
    number: '1b',
    name: 'a capture without an authorisation',
    market: `DELETE FROM payment.operation WHERE kind = 'authorize' AND payment_id = ${payment('CAPTURED')}`,
  },
  {
    number: '1b',
    name: 'a payment that is voided and keeps its money',
    market: `UPDATE payment.payment SET status = 'VOIDED' WHERE id = (SELECT id FROM payment.payment WHERE status = 'CAPTURED' AND refunded = 0 LIMIT 1)`,
  },
  {
    number: '1c',
    name: 'two payments of one order',
    market: `${unguarded('payment.payment', 'payment_order_id_key')} ${like('payment.payment', { id: 'gen_random_uuid()' }, `id = ${payment('DECLINED')}`)}`,
  },
  {
    number: '1c',
    name: 'an order that is captured twice',
    market: `DROP INDEX payment.operation_once; ${like('payment.operation', { id: 'gen_random_uuid()' }, `id = ${operation('capture')}`)}`,
  },
  {
    number: '1c',
    name: 'an operation of no payment',
    market: `UPDATE payment.operation SET payment_id = gen_random_uuid() WHERE id = ${operation('void')}`,
  },
];
