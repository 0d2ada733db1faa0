import type { Knex } from 'knex';

const identifier = /^[a-z][a-z0-9_]{0,40}$/;

function checkName(name: string): void {
  if (!identifier.test(name)) throw new Error(`not a plain lower-case name: ${name}`);
}

/**
 * For a service's first migration: everything that sending and receiving events needs in its schema.
 *
 * - `outbox`, a partition a day, in a publication `<service>_outbox` that change data capture reads. Rows are kept for
 *   10 days, longer than the log keeps them, so that a lost replication slot can be repaired from the table.
 * - `inbox`, what each consumer has handled, a partition a day of the message's UUIDv7, kept for 14 days.
 * - `parked`, messages that a consumer could not handle; `attempt` and `run`, how a message that kills its process is
 *   found out; `retention`, from which id on the inbox knows.
 */
export async function createEventingTables(
  knex: Knex,
  { schema, service }: { schema: string; service: string },
) {
  for (const name of [schema, service]) checkName(name);
  await knex.raw(`
    CREATE TABLE outbox (
      id            uuid NOT NULL,
      aggregatetype varchar(255) NOT NULL,
      aggregateid   varchar(255) NOT NULL,
      type          varchar(255) NOT NULL,
      version       int NOT NULL,
      payload       jsonb,
      traceparent   text,
      created_at    timestamptz NOT NULL DEFAULT now()
    ) PARTITION BY RANGE (created_at);
    CREATE PUBLICATION ${service}_outbox FOR TABLE outbox WITH (publish = 'insert', publish_via_partition_root = true);

    CREATE TABLE inbox (
      consumer   text NOT NULL,
      message_id uuid NOT NULL,
      PRIMARY KEY (message_id, consumer)
    ) PARTITION BY RANGE (message_id);

    CREATE TABLE parked (
      consumer   text NOT NULL,
      topic      text NOT NULL,
      partition  int NOT NULL,
      position   bigint NOT NULL,
      key        text NOT NULL,
      message_id text NOT NULL,  -- text: what is parked may have no valid id
      reason     text NOT NULL,
      error      text NOT NULL,
      message    json NOT NULL,  -- json, not jsonb: that refuses \\u0000, which may be just what is wrong with it
      parked_at  timestamptz NOT NULL DEFAULT now(),
      replay_requested_at timestamptz,
      PRIMARY KEY (consumer, message_id)
    );
    CREATE INDEX parked_key ON parked (consumer, topic, key, position);
    CREATE INDEX parked_replay ON parked (consumer, topic, partition, position) WHERE replay_requested_at IS NOT NULL;

    CREATE TABLE attempt (
      consumer   text NOT NULL,
      message_id uuid NOT NULL,
      attempts   int NOT NULL,
      PRIMARY KEY (consumer, message_id)
    );
    CREATE TABLE run (
      consumer  text NOT NULL,
      topic     text NOT NULL,
      partition int NOT NULL,
      clean     boolean NOT NULL,
      PRIMARY KEY (consumer, topic, partition)
    );
    CREATE TABLE retention (
      only_row   boolean PRIMARY KEY DEFAULT true CHECK (only_row),
      inbox_from uuid NOT NULL
    );

    CREATE FUNCTION uuidv7_floor(day date) RETURNS uuid LANGUAGE sql IMMUTABLE AS $$
      SELECT (lpad(to_hex((extract(epoch FROM day::timestamp) * 1000)::bigint), 12, '0') || repeat('0', 20))::uuid
    $$;

    -- Owner's rights, since the service's role may not change tables. Partitions are attached, not created in place:
    -- that does not wait for running transactions. Without a DEFAULT partition a missing one is an error, not a pile.
    CREATE FUNCTION maintain_partitions(today date DEFAULT (now() AT TIME ZONE 'UTC')::date,
                                        outbox_days int DEFAULT 10, inbox_days int DEFAULT 14)
    RETURNS int LANGUAGE plpgsql SECURITY DEFINER SET search_path = ${schema}, pg_temp
      SET lock_timeout = '2s' SET client_min_messages = warning AS $$
    DECLARE
      d date;
      first_day date;
      changed int := 0;
      part record;
      blocked oid;
    BEGIN
      PERFORM pg_advisory_xact_lock(hashtext('maintain ${schema}'));
      -- The others' events of the days before this service's first, or of a standstill, still come: the inbox has no gap.
      SELECT greatest(today - inbox_days,
                      least(today - 1, coalesce(max(to_date(right(c.relname, 8), 'YYYYMMDD')) + 1, today - inbox_days)))
        INTO first_day
      FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid WHERE i.inhparent = 'inbox'::regclass;
      FOR d IN SELECT generate_series(first_day, today + 7, '1 day')::date LOOP
        IF d >= today - 1 AND to_regclass('outbox_' || to_char(d, 'YYYYMMDD')) IS NULL THEN
          EXECUTE format('CREATE TABLE %I (LIKE outbox INCLUDING DEFAULTS)', 'outbox_' || to_char(d, 'YYYYMMDD'));
          EXECUTE format('ALTER TABLE outbox ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)',
                         'outbox_' || to_char(d, 'YYYYMMDD'), d::timestamp AT TIME ZONE 'UTC',
                         (d + 1)::timestamp AT TIME ZONE 'UTC');
          changed := changed + 1;
        END IF;
        IF to_regclass('inbox_' || to_char(d, 'YYYYMMDD')) IS NULL THEN
          EXECUTE format('CREATE TABLE %I (LIKE inbox)', 'inbox_' || to_char(d, 'YYYYMMDD'));
          EXECUTE format('ALTER TABLE inbox ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)',
                         'inbox_' || to_char(d, 'YYYYMMDD'), uuidv7_floor(d), uuidv7_floor(d + 1));
          changed := changed + 1;
        END IF;
      END LOOP;
      -- A drop takes the parent's lock for a moment. Where a long reader is before us, every writer would queue up behind
      -- us: so we wait briefly, once a table, and try again at the next run. The inbox first, as transactions do.
      PERFORM set_config('lock_timeout', '300ms', true);
      FOR part IN
        SELECT c.relname::text AS name, p.oid AS parent, p.relname = 'inbox' AS is_inbox, to_date(right(c.relname, 8), 'YYYYMMDD') AS d
        FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid JOIN pg_class p ON p.oid = i.inhparent
        WHERE p.relnamespace = '${schema}'::regnamespace AND p.relname IN ('outbox', 'inbox') ORDER BY is_inbox DESC, d
      LOOP
        CONTINUE WHEN part.parent = blocked OR part.d >= today - (CASE WHEN part.is_inbox THEN inbox_days ELSE outbox_days END);
        BEGIN
          EXECUTE format('DROP TABLE %I', part.name);
          changed := changed + 1;
        EXCEPTION WHEN lock_not_available THEN blocked := part.parent;
        END;
      END LOOP;
      INSERT INTO retention (inbox_from)
      SELECT uuidv7_floor(min(to_date(right(c.relname, 8), 'YYYYMMDD')))
      FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
      WHERE i.inhparent = 'inbox'::regclass
      ON CONFLICT (only_row) DO UPDATE SET inbox_from = excluded.inbox_from WHERE retention.inbox_from <> excluded.inbox_from;
      RETURN changed;
    END $$;
    SELECT maintain_partitions();
  `);
}

/** For the way down of that migration: takes back all of it, with the events that are in it. */
export async function dropEventingTables(knex: Knex, { service }: { service: string }) {
  checkName(service);
  await knex.raw(`
    DROP PUBLICATION ${service}_outbox;
    DROP TABLE outbox, inbox, parked, attempt, run, retention;
    DROP FUNCTION maintain_partitions, uuidv7_floor;
  `);
}
