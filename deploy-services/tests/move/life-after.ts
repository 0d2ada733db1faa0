import { uuidv7 } from '@msa-event-market/shared-sdk/db';

// What the services would write after a move, to an order from before it.

/** A paid order of which nothing is shipped. */
export const anOldOrder = `(SELECT id FROM orders.orders o WHERE status = 'CONFIRMED' AND NOT EXISTS
  (SELECT FROM orders.order_store s WHERE s.order_id = o.id AND s.status <> 'OPEN') ORDER BY id LIMIT 1)`;

export const ids = { shipped: uuidv7(), delivered: uuidv7(), reserved: uuidv7() };

const step = (trigger: string, from: string, to: string, message: keyof typeof ids, type: string) => `
  INSERT INTO orders.outbox (id, aggregatetype, aggregateid, type, version, payload)
    SELECT '${ids[message]}', 'order', id, '${type}', version + 1, '{}' FROM orders.orders WHERE id = (SELECT id FROM old);
  INSERT INTO orders.order_history (order_id, trigger, message_id, message, from_status, to_status, effect)
    SELECT id, '${trigger}', '${ids[message]}', '${type}', '${from}', '${to}', 'applied' FROM old;
  UPDATE orders.order_store SET status = '${to}' WHERE order_id = (SELECT id FROM old);
  UPDATE orders.orders SET status = '${to}', version = version + 1 WHERE id = (SELECT id FROM old);`;

/** It is shipped and delivered, and hears once more that its stock is reserved. */
export const lifeAfter = {
  orders: `
    CREATE TEMP TABLE old ON COMMIT DROP AS SELECT ${anOldOrder} AS id;
    ${step('Ship', 'CONFIRMED', 'SHIPPED', 'shipped', 'OrderShipped')}
    ${step('Deliver', 'SHIPPED', 'DELIVERED', 'delivered', 'OrderDelivered')}
    INSERT INTO orders.order_history (order_id, trigger, event_id, from_status, to_status, effect)
      SELECT id, 'StockReserved', '${ids.reserved}', 'DELIVERED', 'DELIVERED', 'ignored' FROM old;
    INSERT INTO orders.inbox (consumer, message_id) VALUES ('order.saga', '${ids.reserved}');`,
  store: (orderId: string) => `
    UPDATE store.reservation SET version = version + 1 WHERE order_id = '${orderId}';
    INSERT INTO store.outbox (id, aggregatetype, aggregateid, type, version, payload)
      SELECT '${ids.reserved}', 'stock', order_id, 'StockReserved', version, '{}' FROM store.reservation WHERE order_id = '${orderId}'`,
};
