// The provider's book. It belongs to no service: in production there is a real provider in its place.
export async function up(knex) {
  await knex.raw(`
    CREATE TABLE book (
      key        uuid PRIMARY KEY,        -- the caller's idempotency key
      kind       text NOT NULL CHECK (kind IN ('authorize', 'capture', 'void', 'refund')),
      order_id   uuid NOT NULL,
      method     text NOT NULL,
      amount     bigint NOT NULL CHECK (amount >= 0),
      currency   text NOT NULL,
      outcome    text NOT NULL CHECK (outcome IN ('done', 'refused')),
      reason     text CHECK ((reason IS NULL) = (outcome = 'done')),
      created_at timestamptz NOT NULL DEFAULT now()
    );
    CREATE INDEX book_order ON book (order_id);

    -- Calls that the method pm_card_lost has lost once.
    CREATE TABLE lost_call (key uuid PRIMARY KEY);
  `);
}

export async function down(knex) {
  await knex.raw('DROP TABLE lost_call, book');
}
