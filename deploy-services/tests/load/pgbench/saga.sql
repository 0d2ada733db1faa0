-- What one order of two lines writes on its way to CONFIRMED and captured, in the services' own tables: the twelve
-- transactions of the saga, one statement a round trip, one order at a time. No log, no relay, no service.
\set a random(1, :products)
\set b 1 + (:a + random(0, :products - 2)) % :products
\set p least(:a, :b)
\set q greatest(:a, :b)
SELECT lpad(to_hex(:p::int), 32, '0') AS product1, lpad(to_hex(:q::int), 32, '0') AS product2, lpad(to_hex(:p::int % 8), 32, '0') AS store1, lpad(to_hex(:q::int % 8), 32, '0') AS store2, uuidv7() AS o, uuidv7() AS buyer, uuidv7() AS payment, uuidv7() AS authorize, uuidv7() AS capture, uuidv7() AS placed, uuidv7() AS reserved, uuidv7() AS requested, uuidv7() AS authorized, uuidv7() AS confirmed, uuidv7() AS captured \gset

-- service-order: POST /v1/orders
BEGIN;
INSERT INTO orders.idempotency (user_id, route, key, body_hash, order_id) VALUES (:buyer::uuid, 'POST /v1/orders', :o, '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08', :o::uuid) ON CONFLICT DO NOTHING;
INSERT INTO orders.orders (id, user_id, status, version, stock, money, total, currency, method, address, deadline_at) VALUES (:o::uuid, :buyer::uuid, 'PENDING', 1, 'ASKED', 'NONE', 4200, 'EUR', 'pm_card_visa', '{"name":"Alice Martin","street":"Lindenstrasse 4","city":"Berlin","zip":"10969","country":"DE"}', now() + interval '15 minutes');
INSERT INTO orders.order_line (order_id, line, store_id, product_id, name, quantity, unit_price) VALUES (:o::uuid, 0, :store1::uuid, :product1::uuid, 'A product of the market', 1, 2100), (:o::uuid, 1, :store2::uuid, :product2::uuid, 'Another of its products', 1, 2100);
INSERT INTO orders.order_store (order_id, store_id, seller_id) VALUES (:o::uuid, :store1::uuid, '00000000-0000-7000-8000-000000000001'), (:o::uuid, :store2::uuid, '00000000-0000-7000-8000-000000000001') ON CONFLICT DO NOTHING;
INSERT INTO orders.order_history (order_id, trigger, message_id, message, to_status, effect, trace_id) VALUES (:o::uuid, 'Place', :placed::uuid, 'OrderPlaced', 'PENDING', 'applied', '0af7651916cd43dd8448eb211c80319c');
INSERT INTO orders.outbox (id, aggregatetype, aggregateid, type, version, payload, traceparent) VALUES (:placed::uuid, 'order', :o, 'OrderPlaced', 1, '{"lines":[{"storeId":"01a20544-c26c-7a66-a4fd-9c842c2a0ca7","quantity":1,"productId":"01a20544-c2b7-7577-ad32-884b437eaac6","unitPrice":2100},{"storeId":"01a20544-c26c-7a66-a4fd-9c842c2a0ca7","quantity":1,"productId":"01a20544-c2d2-7456-8dc1-16771a7acea7","unitPrice":2100}],"total":4200,"number":"M-100001","userId":"01a20544-bdc4-73c8-a55f-01c40baf130c","orderId":"01a20544-c563-79eb-95df-7187b7a12816","currency":"EUR","expiresAt":"2026-01-01T00:00:00.000Z"}', '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01');
COMMIT;

-- service-store: OrderPlaced
BEGIN;
INSERT INTO store.inbox (consumer, message_id) VALUES ('store.reservations', :placed::uuid) ON CONFLICT DO NOTHING;
SELECT status FROM store.reservation WHERE order_id = :o::uuid FOR UPDATE;
SELECT product_id, available, reserved, sold, gone FROM store.stock WHERE product_id IN (:product1::uuid, :product2::uuid) ORDER BY product_id FOR UPDATE;
UPDATE store.stock SET available = available - 1, reserved = reserved + 1 WHERE product_id IN (:product1::uuid, :product2::uuid);
INSERT INTO store.reservation (order_id, status, version) VALUES (:o::uuid, 'RESERVED', 1);
INSERT INTO store.reservation_line (order_id, product_id, quantity) VALUES (:o::uuid, :product1::uuid, 1), (:o::uuid, :product2::uuid, 1);
INSERT INTO store.outbox (id, aggregatetype, aggregateid, type, version, payload, traceparent) VALUES (:reserved::uuid, 'stock', :o, 'StockReserved', 1, '{"orderId":"01a20544-c563-79eb-95df-7187b7a12816"}', '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01');
COMMIT;

-- service-order: StockReserved
BEGIN;
INSERT INTO orders.inbox (consumer, message_id) VALUES ('order.saga', :reserved::uuid) ON CONFLICT DO NOTHING;
SELECT status, version, stock, money, total FROM orders.orders WHERE id = :o::uuid FOR UPDATE;
SELECT store_id, status FROM orders.order_store WHERE order_id = :o::uuid;
UPDATE orders.orders SET status = 'RESERVED', version = 2, stock = 'RESERVED', money = 'ASKED', updated_at = now() WHERE id = :o::uuid;
INSERT INTO orders.order_history (order_id, trigger, event_id, message_id, message, from_status, to_status, effect, trace_id) VALUES (:o::uuid, 'StockReserved', :reserved::uuid, :requested::uuid, 'OrderPaymentRequested', 'PENDING', 'RESERVED', 'applied', '0af7651916cd43dd8448eb211c80319c');
INSERT INTO orders.outbox (id, aggregatetype, aggregateid, type, version, payload, traceparent) VALUES (:requested::uuid, 'order', :o, 'OrderPaymentRequested', 2, '{"amount":4200,"method":"pm_card_visa","userId":"01a20544-bdc4-73c8-a55f-01c40baf130c","orderId":"01a20544-c563-79eb-95df-7187b7a12816","currency":"EUR","expiresAt":"2026-01-01T00:00:00.000Z"}', '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01');
COMMIT;

-- service-payment: OrderPaymentRequested
BEGIN;
INSERT INTO payment.inbox (consumer, message_id) VALUES ('payment.orders', :requested::uuid) ON CONFLICT DO NOTHING;
SELECT status FROM payment.payment WHERE order_id = :o::uuid FOR UPDATE;
INSERT INTO payment.payment (id, order_id, user_id, amount, currency, method, expires_at, goal, status, captured, refunded, refunding, version) VALUES (:payment::uuid, :o::uuid, :buyer::uuid, 4200, 'EUR', 'pm_card_visa', now() + interval '15 minutes', 'AUTHORIZE', 'NEW', 0, 0, 0, 0);
INSERT INTO payment.operation (id, payment_id, kind, amount, status, attempts, traceparent, next_attempt_at) VALUES (:authorize::uuid, :payment::uuid, 'authorize', 4200, 'PENDING', 1, '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01', now() + interval '30 seconds');
COMMIT;

-- The provider: authorize
BEGIN;
SELECT FROM sandbox.book WHERE order_id = :o::uuid AND kind = 'authorize' FOR UPDATE;
SELECT key, kind, amount, outcome FROM sandbox.book WHERE order_id = :o::uuid;
INSERT INTO sandbox.book (key, kind, order_id, method, amount, currency, outcome) VALUES (:authorize::uuid, 'authorize', :o::uuid, 'pm_card_visa', 4200, 'EUR', 'done') ON CONFLICT DO NOTHING;
COMMIT;

-- service-payment: authorised
BEGIN;
SELECT status, goal, version FROM payment.payment WHERE order_id = :o::uuid FOR UPDATE;
SELECT id, kind, amount, status FROM payment.operation WHERE payment_id = :payment::uuid;
UPDATE payment.operation SET status = 'DONE', next_attempt_at = NULL, provider_ref = 'sandbox-01a20544-c563-79eb-95df-7187b7a12816', updated_at = now() WHERE id = :authorize::uuid;
UPDATE payment.payment SET status = 'AUTHORIZED', version = 1, updated_at = now() WHERE id = :payment::uuid;
INSERT INTO payment.outbox (id, aggregatetype, aggregateid, type, version, payload, traceparent) VALUES (:authorized::uuid, 'payment', :o, 'PaymentAuthorized', 1, '{"amount":4200,"orderId":"01a20544-c563-79eb-95df-7187b7a12816","currency":"EUR","paymentId":"01a20544-c63e-7f3b-a915-e390a5cd0544"}', '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01');
COMMIT;

-- service-order: PaymentAuthorized
BEGIN;
INSERT INTO orders.inbox (consumer, message_id) VALUES ('order.saga', :authorized::uuid) ON CONFLICT DO NOTHING;
SELECT status, version, stock, money, total FROM orders.orders WHERE id = :o::uuid FOR UPDATE;
SELECT store_id, status FROM orders.order_store WHERE order_id = :o::uuid;
UPDATE orders.orders SET status = 'CONFIRMED', version = 3, money = 'AUTHORIZED', updated_at = now() WHERE id = :o::uuid;
INSERT INTO orders.order_history (order_id, trigger, event_id, message_id, message, from_status, to_status, effect, trace_id) VALUES (:o::uuid, 'PaymentAuthorized', :authorized::uuid, :confirmed::uuid, 'OrderConfirmed', 'RESERVED', 'CONFIRMED', 'applied', '0af7651916cd43dd8448eb211c80319c');
INSERT INTO orders.outbox (id, aggregatetype, aggregateid, type, version, payload, traceparent) VALUES (:confirmed::uuid, 'order', :o, 'OrderConfirmed', 3, '{"userId":"01a20544-bdc4-73c8-a55f-01c40baf130c","orderId":"01a20544-c563-79eb-95df-7187b7a12816"}', '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01');
COMMIT;

-- service-store: OrderConfirmed
BEGIN;
INSERT INTO store.inbox (consumer, message_id) VALUES ('store.reservations', :confirmed::uuid) ON CONFLICT DO NOTHING;
SELECT status FROM store.reservation WHERE order_id = :o::uuid FOR UPDATE;
SELECT product_id, quantity FROM store.reservation_line WHERE order_id = :o::uuid;
SELECT product_id, available, reserved, sold, gone FROM store.stock WHERE product_id IN (:product1::uuid, :product2::uuid) ORDER BY product_id FOR UPDATE;
UPDATE store.stock SET reserved = reserved - 1, sold = sold + 1 WHERE product_id IN (:product1::uuid, :product2::uuid);
UPDATE store.reservation SET status = 'COMMITTED' WHERE order_id = :o::uuid;
COMMIT;

-- service-payment: OrderConfirmed
BEGIN;
INSERT INTO payment.inbox (consumer, message_id) VALUES ('payment.orders', :confirmed::uuid) ON CONFLICT DO NOTHING;
SELECT status, goal, version FROM payment.payment WHERE order_id = :o::uuid FOR UPDATE;
SELECT id, kind, amount, status FROM payment.operation WHERE payment_id = :payment::uuid;
UPDATE payment.payment SET goal = 'CAPTURE', updated_at = now() WHERE id = :payment::uuid;
INSERT INTO payment.operation (id, payment_id, kind, amount, status, attempts, traceparent, next_attempt_at) VALUES (:capture::uuid, :payment::uuid, 'capture', 4200, 'PENDING', 1, '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01', now() + interval '30 seconds');
COMMIT;

-- The provider: capture
BEGIN;
SELECT FROM sandbox.book WHERE order_id = :o::uuid AND kind = 'authorize' FOR UPDATE;
SELECT key, kind, amount, outcome FROM sandbox.book WHERE order_id = :o::uuid;
INSERT INTO sandbox.book (key, kind, order_id, method, amount, currency, outcome) VALUES (:capture::uuid, 'capture', :o::uuid, 'pm_card_visa', 4200, 'EUR', 'done') ON CONFLICT DO NOTHING;
COMMIT;

-- service-payment: captured
BEGIN;
SELECT status, goal, version FROM payment.payment WHERE order_id = :o::uuid FOR UPDATE;
SELECT id, kind, amount, status FROM payment.operation WHERE payment_id = :payment::uuid;
UPDATE payment.operation SET status = 'DONE', next_attempt_at = NULL, provider_ref = 'sandbox-01a20544-c563-79eb-95df-7187b7a12816', updated_at = now() WHERE id = :capture::uuid;
UPDATE payment.payment SET status = 'CAPTURED', captured = 4200, version = 2, updated_at = now() WHERE id = :payment::uuid;
INSERT INTO payment.ledger (operation_id, debit, credit, amount, currency) VALUES (:capture::uuid, 'provider', 'sales', 4200, 'EUR');
INSERT INTO payment.outbox (id, aggregatetype, aggregateid, type, version, payload, traceparent) VALUES (:captured::uuid, 'payment', :o, 'PaymentCaptured', 2, '{"amount":4200,"orderId":"01a20544-c563-79eb-95df-7187b7a12816","currency":"EUR","paymentId":"01a20544-c63e-7f3b-a915-e390a5cd0544"}', '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01');
COMMIT;

-- service-order: PaymentCaptured
BEGIN;
INSERT INTO orders.inbox (consumer, message_id) VALUES ('order.saga', :captured::uuid) ON CONFLICT DO NOTHING;
SELECT status, version, stock, money, total FROM orders.orders WHERE id = :o::uuid FOR UPDATE;
SELECT store_id, status FROM orders.order_store WHERE order_id = :o::uuid;
UPDATE orders.orders SET money = 'CAPTURED', updated_at = now() WHERE id = :o::uuid;
INSERT INTO orders.order_history (order_id, trigger, event_id, from_status, to_status, effect, trace_id) VALUES (:o::uuid, 'PaymentCaptured', :captured::uuid, 'CONFIRMED', 'CONFIRMED', 'noted', '0af7651916cd43dd8448eb211c80319c');
COMMIT;
