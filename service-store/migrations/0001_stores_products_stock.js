import { createEventingTables, dropEventingTables } from '@msa-event-market/shared-sdk/outbox';

/** @param {import('knex').Knex} knex */
export async function up(knex) {
  await createEventingTables(knex, { schema: 'store', service: 'store' });
  await knex.raw(`
    -- One row for everybody who ever opened a store. It is what opening a store, adding a product and deleting an account
    -- lock first, so that an account whose token outlives it by minutes cannot open a store that nobody would close, and
    -- no owner has more than can be closed at once.
    CREATE TABLE owner (
      user_id uuid PRIMARY KEY,
      deleted boolean NOT NULL DEFAULT false
    );

    -- Deletion is soft: orders of which something has shipped run on, and service-order has yet to cancel the others.
    CREATE TABLE store (
      id          uuid PRIMARY KEY,
      owner_id    uuid NOT NULL REFERENCES owner,
      name        text NOT NULL,
      description text NOT NULL,
      status      text NOT NULL DEFAULT 'OPEN' CHECK (status IN ('OPEN', 'CLOSED')),
      version     int NOT NULL,   -- the ETag, and the number of its records on the topic store
      created_at  timestamptz NOT NULL DEFAULT now(),
      updated_at  timestamptz NOT NULL DEFAULT now()
    );
    CREATE INDEX store_of_owner ON store (owner_id) WHERE status = 'OPEN';
    CREATE INDEX store_open ON store (id) WHERE status = 'OPEN';

    CREATE TABLE product (
      id          uuid PRIMARY KEY,
      store_id    uuid NOT NULL REFERENCES store,
      name        text NOT NULL,
      description text NOT NULL,
      price       bigint NOT NULL CHECK (price BETWEEN 1 AND 1000000000),   -- minor units
      currency    text NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
      image_url   text,
      version     int NOT NULL,   -- the ETag: raised by what its owner writes, not by sales
      created_at  timestamptz NOT NULL DEFAULT now(),
      updated_at  timestamptz NOT NULL DEFAULT now(),
      deleted_at  timestamptz
    );
    CREATE INDEX product_on_sale ON product (store_id, id) WHERE deleted_at IS NULL;

    -- A row of its own, apart from the product: every order locks it, and a sale must not spoil a seller's If-Match.
    -- Nothing but its key is indexed and half of each page stays free, so that an update stays in its page (HOT).
    CREATE TABLE stock (
      product_id uuid PRIMARY KEY REFERENCES product,
      store_id   uuid NOT NULL,
      available  bigint NOT NULL CHECK (available >= 0),
      reserved   bigint NOT NULL DEFAULT 0 CHECK (reserved >= 0),
      sold       bigint NOT NULL DEFAULT 0 CHECK (sold >= 0),
      received   bigint NOT NULL,
      gone       boolean NOT NULL DEFAULT false,   -- product or store deleted: no new orders
      version    int NOT NULL,                     -- the number of the product's records on the topic product
      CONSTRAINT stock_conserved CHECK (received = available + reserved + sold)
    ) WITH (fillfactor = 50);

    -- What the owner put in or took out, by whom and when: append-only for the service. The sum is stock.received,
    -- which somebody from outside can check.
    CREATE TABLE stock_movement (
      id         uuid PRIMARY KEY,
      product_id uuid NOT NULL REFERENCES product,
      quantity   bigint NOT NULL CHECK (quantity <> 0),
      actor      uuid NOT NULL,
      at         timestamptz NOT NULL DEFAULT now()
    );
    CREATE INDEX stock_movement_of_product ON stock_movement (product_id, at, id);
    REVOKE UPDATE, DELETE ON stock_movement FROM store;

    -- One row an order, for ever: whatever its status, the key says that the order was decided on.
    CREATE TABLE reservation (
      order_id   uuid PRIMARY KEY,
      status     text NOT NULL CHECK (status IN ('RESERVED', 'REJECTED', 'COMMITTED', 'RELEASED')),
      version    int NOT NULL,    -- the number of the order's records on the topic stock
      created_at timestamptz NOT NULL DEFAULT now()
    ) WITH (fillfactor = 80);

    -- Written once with its reservation, never changed. No foreign keys: both rows are locked by who writes it, and
    -- checking them again would cost every order two look-ups a line.
    CREATE TABLE reservation_line (
      order_id   uuid NOT NULL,
      product_id uuid NOT NULL,
      quantity   bigint NOT NULL CHECK (quantity > 0),
      PRIMARY KEY (order_id, product_id)
    );
  `);
}

/** @param {import('knex').Knex} knex */
export async function down(knex) {
  await knex.raw('DROP TABLE reservation_line, reservation, stock_movement, stock, product, store, owner');
  await dropEventingTables(knex, { service: 'store' });
}
