import { createEventingTables, dropEventingTables } from '@msa-event-market/shared-sdk/outbox';

export async function up(knex) {
  await createEventingTables(knex, { schema: 'orders', service: 'order' });
  await knex.raw(`
    CREATE TABLE orders (
      id          uuid PRIMARY KEY,
      number      bigint GENERATED ALWAYS AS IDENTITY (START 100001) UNIQUE,
      user_id     uuid NOT NULL,
      status      text NOT NULL CHECK (status IN ('PENDING', 'RESERVED', 'CONFIRMED', 'SHIPPED', 'DELIVERED',
                                                  'CANCELLING', 'REJECTED', 'CANCELLED', 'EXPIRED')),
      version     int NOT NULL CHECK (version > 0),
      stock       text NOT NULL CHECK (stock IN ('ASKED', 'RESERVED', 'CLEAR')),
      money       text NOT NULL CHECK (money IN ('NONE', 'ASKED', 'AUTHORIZED', 'CAPTURED', 'CLEAR')),
      outcome     text CHECK (outcome IN ('CANCELLED', 'EXPIRED', 'REJECTED')),
      reason      text CHECK (reason IN ('OUT_OF_STOCK', 'PAYMENT_DECLINED', 'BUYER', 'ADMIN', 'DEADLINE', 'CAPTURE_FAILED',
                                         'USER_DELETED', 'STORE_DELETED')),
      total       bigint NOT NULL CHECK (total BETWEEN 0 AND 1000000000000),
      currency    text NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
      method      text NOT NULL,
      address     jsonb NOT NULL,
      deadline_at timestamptz NOT NULL,
      created_at  timestamptz NOT NULL DEFAULT now(),
      updated_at  timestamptz NOT NULL DEFAULT now(),
      -- What the table of the saga never does, the database does not hold either.
      CHECK (status NOT IN ('CONFIRMED', 'SHIPPED', 'DELIVERED') OR (stock = 'RESERVED' AND money IN ('AUTHORIZED', 'CAPTURED'))),
      CHECK (status NOT IN ('SHIPPED', 'DELIVERED') OR money = 'CAPTURED'),
      CHECK (status NOT IN ('REJECTED', 'CANCELLED', 'EXPIRED') OR (stock = 'CLEAR' AND money IN ('NONE', 'CLEAR'))),
      CHECK (status <> 'CANCELLING' OR outcome IS NOT NULL)
    ) WITH (fillfactor = 80);
    CREATE INDEX orders_user ON orders (user_id, id);
    CREATE INDEX orders_deadline ON orders (deadline_at) WHERE status IN ('PENDING', 'RESERVED');
    CREATE INDEX orders_pending ON orders (id) WHERE status = 'PENDING';
    -- Not by updated_at: that would end HOT for every update, and the capture of each order is one.
    CREATE INDEX orders_cancelling ON orders (id) WHERE status = 'CANCELLING';
    -- An admin's list by status. The good end and the way to it have none: those orders are many or the newest, which the
    -- primary key finds, and pay for no index.
    CREATE INDEX orders_ended_early ON orders (status, id) WHERE status IN ('REJECTED', 'CANCELLED', 'EXPIRED');

    -- No foreign keys: lines, parts and history are written in the statement or transaction of their order and never
    -- deleted; a check of each row against its order would be paid on every step of every order.
    CREATE TABLE order_line (
      order_id   uuid NOT NULL,
      line       int NOT NULL,
      store_id   uuid NOT NULL,
      product_id uuid NOT NULL,
      name       text NOT NULL,
      quantity   int NOT NULL CHECK (quantity > 0),
      unit_price bigint NOT NULL CHECK (unit_price >= 0),
      PRIMARY KEY (order_id, line)
    );
    CREATE TABLE order_store (
      order_id  uuid NOT NULL,
      store_id  uuid NOT NULL,
      seller_id uuid NOT NULL,
      status    text NOT NULL DEFAULT 'OPEN' CHECK (status IN ('OPEN', 'SHIPPED', 'DELIVERED')),
      PRIMARY KEY (order_id, store_id)
    ) WITH (fillfactor = 90);
    CREATE INDEX order_store_open ON order_store (store_id) WHERE status = 'OPEN';

    -- Everything that ever happened to an order, also events that were ignored. Never changed.
    CREATE TABLE order_history (
      order_id    uuid NOT NULL,
      seq         bigint GENERATED ALWAYS AS IDENTITY,
      at          timestamptz NOT NULL DEFAULT now(),
      trigger     text NOT NULL,
      event_id    uuid,            -- the message that came; null for a request or time
      message_id  uuid,            -- the message that was written, if any
      message     text,            -- its type; the outbox forgets it after some days
      from_status text,
      to_status   text NOT NULL,
      effect      text NOT NULL CHECK (effect IN ('applied', 'noted', 'ignored')),
      trace_id    text,
      PRIMARY KEY (order_id, seq)
    );
    REVOKE UPDATE, DELETE ON order_history, order_line FROM orders;

    -- A POST that is sent again finds what its first copy did. The answer is made of columns that never change.
    CREATE TABLE idempotency (
      user_id    uuid NOT NULL,
      route      text NOT NULL,
      key        text NOT NULL,
      body_hash  text NOT NULL,
      order_id   uuid NOT NULL,
      created_at timestamptz NOT NULL DEFAULT now(),
      PRIMARY KEY (user_id, route, key)
    );
    CREATE INDEX idempotency_created ON idempotency (created_at);

    -- Who and what is gone: no order may be placed for them, and the sweeper stops those that are open.
    CREATE TABLE deleted_user  (user_id  uuid PRIMARY KEY, deleted_at timestamptz NOT NULL DEFAULT now(), swept_at timestamptz);
    CREATE TABLE deleted_store (store_id uuid PRIMARY KEY, deleted_at timestamptz NOT NULL DEFAULT now(), swept_at timestamptz);
    CREATE INDEX deleted_user_unswept ON deleted_user (user_id) WHERE swept_at IS NULL;
    CREATE INDEX deleted_store_unswept ON deleted_store (store_id) WHERE swept_at IS NULL;
  `);
}

export async function down(knex) {
  await knex.raw(
    'DROP TABLE deleted_store, deleted_user, idempotency, order_history, order_store, order_line, orders',
  );
  await dropEventingTables(knex, { service: 'order' });
}
