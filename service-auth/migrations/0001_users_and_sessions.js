import { createEventingTables, dropEventingTables } from '@msa-event-market/shared-sdk/outbox';

export async function up(knex) {
  await createEventingTables(knex, { schema: 'auth', service: 'auth' });
  await knex.raw(`
    CREATE TABLE users (
      id            uuid PRIMARY KEY,
      login_id      text NOT NULL,          -- as typed at sign-up
      login_key     text NOT NULL,          -- what it is known by: lower case, made in Node
      role          text NOT NULL CHECK (role IN ('user', 'admin')),
      phone         text,
      email         text,
      password_hash text,
      version       int NOT NULL DEFAULT 1 CHECK (version > 0),
      created_at    timestamptz NOT NULL DEFAULT now(),
      updated_at    timestamptz NOT NULL DEFAULT now(),
      deleted_at    timestamptz,
      -- A deleted user leaves a tombstone without personal data, which keeps the login id from ever being taken again.
      CONSTRAINT users_tombstone CHECK (
        (deleted_at IS NULL AND password_hash IS NOT NULL)
        OR (deleted_at IS NOT NULL AND password_hash IS NULL AND phone IS NULL AND email IS NULL))
    );
    CREATE UNIQUE INDEX users_login_key ON users (login_key);
    CREATE INDEX users_admins ON users (id) WHERE role = 'admin' AND deleted_at IS NULL;

    -- One sign-in at one place, until ends_at at the latest; the family of its refresh tokens.
    CREATE TABLE sessions (
      id         uuid PRIMARY KEY,
      user_id    uuid NOT NULL REFERENCES users,
      started_at timestamptz NOT NULL DEFAULT now(),
      ends_at    timestamptz NOT NULL,
      end_reason text CHECK (end_reason IN ('ROLE_CHANGED', 'PASSWORD_CHANGED', 'USER_DELETED', 'TOKEN_REUSED'))
    );
    CREATE INDEX sessions_open ON sessions (user_id) WHERE end_reason IS NULL;
    CREATE INDEX sessions_ends_at ON sessions (ends_at);

    -- Used ones are kept until they would have expired, and not a number of them: presenting one again is how a theft is
    -- noticed, and a thief who refreshes fast must not be able to push the stolen one out.
    CREATE TABLE refresh_tokens (
      hash       bytea PRIMARY KEY,
      session_id uuid NOT NULL REFERENCES sessions ON DELETE CASCADE,
      issued_at  timestamptz NOT NULL DEFAULT now(),
      expires_at timestamptz NOT NULL,
      used_at    timestamptz
    );
    CREATE INDEX refresh_tokens_session ON refresh_tokens (session_id);
    CREATE INDEX refresh_tokens_expires_at ON refresh_tokens (expires_at);

    -- Counts of wrong passwords and of sign-ups. They may be lost with a crash of the server: not worth a write-ahead log.
    CREATE UNLOGGED TABLE sign_in_attempts (
      bucket  bytea PRIMARY KEY,            -- a hash: people type passwords into the login field
      counted int NOT NULL,
      until   timestamptz NOT NULL
    );
  `);
}

export async function down(knex) {
  await knex.raw('DROP TABLE sign_in_attempts, refresh_tokens, sessions, users');
  await dropEventingTables(knex, { service: 'auth' });
}
