import { createEventingTables, dropEventingTables } from '@msa-event-market/shared-sdk/outbox';

/** @param {import('knex').Knex} knex */
export async function up(knex) {
  await createEventingTables(knex, { schema: 'payment', service: 'payment' });
  await knex.raw(`
    -- One payment an order, ever. The row is never deleted: a replay after the inbox was trimmed still finds it.
    CREATE TABLE payment (
      id         uuid PRIMARY KEY,
      order_id   uuid NOT NULL UNIQUE,
      user_id    uuid NOT NULL,            -- the payer
      amount     bigint CHECK (amount >= 0),
      currency   text CHECK (currency ~ '^[A-Z]{3}$'),
      method     text,
      expires_at timestamptz,
      goal       text NOT NULL CHECK (goal IN ('AUTHORIZE', 'CAPTURE', 'CANCEL')),
      status     text NOT NULL CHECK (status IN
                   ('NEW', 'AUTHORIZED', 'CAPTURED', 'DECLINED', 'CANCELLED', 'VOIDED', 'REFUNDED')),
      captured   bigint NOT NULL,
      refunded   bigint NOT NULL CHECK (refunded >= 0),
      refunding  bigint NOT NULL CHECK (refunding >= 0),
      version    int NOT NULL,             -- the number of its records on the topic payment
      created_at timestamptz NOT NULL DEFAULT now(),
      updated_at timestamptz NOT NULL DEFAULT now(),
      CONSTRAINT captured_within_amount CHECK (captured >= 0 AND captured <= coalesce(amount, 0)),
      CONSTRAINT refunds_within_captured CHECK (refunded + refunding <= captured),
      -- Only a tombstone, a cancellation that came before its request, has no terms.
      CONSTRAINT terms_unless_tombstone CHECK (
        num_nulls(amount, currency, method, expires_at) = 0
        OR num_nulls(amount, currency, method, expires_at) = 4 AND goal = 'CANCEL' AND status = 'CANCELLED')
    ) WITH (fillfactor = 80);
    CREATE INDEX payment_of_user ON payment (user_id, id);

    -- No foreign keys here and below: these rows are written by one statement each, under the lock of their payment,
    -- and checking that again would cost every order three look-ups.
    CREATE TABLE operation (
      id              uuid PRIMARY KEY,    -- the provider's idempotency key
      payment_id      uuid NOT NULL,
      kind            text NOT NULL CHECK (kind IN ('authorize', 'capture', 'void', 'refund')),
      amount          bigint NOT NULL CHECK (amount >= 0),
      status          text NOT NULL CHECK (status IN ('PENDING', 'UNKNOWN', 'DONE', 'FAILED', 'ABANDONED')),
      attempts        int NOT NULL,
      next_attempt_at timestamptz,
      called_at       timestamptz NOT NULL DEFAULT now(),  -- when it was last sent, or may have been
      provider_ref    text,
      reason          text,                -- of the last refusal, or why the outcome is not known
      requested_by    uuid,                -- the admin who asked for a partial refund
      traceparent     text,                -- of what asked for it: its outcome continues that trace
      created_at      timestamptz NOT NULL DEFAULT now(),
      updated_at      timestamptz NOT NULL DEFAULT now(),
      CONSTRAINT open_is_looked_after CHECK (status NOT IN ('PENDING', 'UNKNOWN') OR next_attempt_at IS NOT NULL)
    ) WITH (fillfactor = 80);
    CREATE UNIQUE INDEX operation_once ON operation (payment_id, kind) WHERE kind <> 'refund';
    CREATE INDEX operation_of_payment ON operation (payment_id);
    CREATE INDEX operation_due ON operation (next_attempt_at) WHERE next_attempt_at IS NOT NULL;

    -- Double entry: a row carries both sides, so the ledger sums to zero by construction. Append-only.
    CREATE TABLE ledger (
      entry        bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      operation_id uuid NOT NULL UNIQUE,
      debit        text NOT NULL,
      credit       text NOT NULL CHECK (credit <> debit),
      amount       bigint NOT NULL CHECK (amount > 0),
      currency     text NOT NULL,
      created_at   timestamptz NOT NULL DEFAULT now()
    );
    REVOKE UPDATE, DELETE ON ledger FROM payment;

    CREATE TABLE idempotency (
      user_id    uuid NOT NULL,
      route      text NOT NULL,
      key        text NOT NULL,
      body_hash  text NOT NULL,
      response   json,                     -- json, not jsonb: a replay repeats it to the letter
      created_at timestamptz NOT NULL DEFAULT now(),
      PRIMARY KEY (user_id, route, key)
    );
    CREATE INDEX idempotency_age ON idempotency (created_at);

    -- Events that providers have told us of, by their ids.
    CREATE TABLE webhook (
      provider    text NOT NULL,
      event_id    text NOT NULL,
      received_at timestamptz NOT NULL DEFAULT now(),
      PRIMARY KEY (provider, event_id)
    );
    CREATE INDEX webhook_age ON webhook (received_at);
  `);
}

/** @param {import('knex').Knex} knex */
export async function down(knex) {
  await knex.raw('DROP TABLE webhook, idempotency, ledger, operation, payment');
  await dropEventingTables(knex, { service: 'payment' });
}
