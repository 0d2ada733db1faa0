// The embedded event log: what Kafka is on the other profiles. Topics and partitions are rows, a position is a counter.

export async function up(knex) {
  await knex.raw(`
    CREATE TABLE log (
      topic       text NOT NULL,
      partition   int NOT NULL,
      position    bigint NOT NULL,
      event_id    uuid NOT NULL,
      key         text NOT NULL,
      type        text NOT NULL,
      version     int NOT NULL,
      occurred_at timestamptz NOT NULL,
      traceparent text,
      payload     jsonb,
      appended_at timestamptz NOT NULL DEFAULT now(),
      PRIMARY KEY (topic, partition, position),
      UNIQUE (topic, partition, event_id)
    );
    -- The next position of each partition. Its row lock makes positions follow the order of commits, without gaps.
    CREATE TABLE log_partition (
      topic     text NOT NULL,
      partition int NOT NULL,
      next      bigint NOT NULL DEFAULT 1,
      PRIMARY KEY (topic, partition)
    ) WITH (fillfactor = 20);
    INSERT INTO log_partition (topic, partition)
      SELECT topic, partition FROM unnest(ARRAY['user', 'store', 'product', 'stock', 'order', 'payment']) topic,
                                   generate_series(0, 3) partition;

    -- How far a slot's transactions are in the log. Written with the events themselves, so a restart repeats nothing.
    CREATE TABLE relay_position (
      slot      text PRIMARY KEY,
      system_id text NOT NULL,
      lsn       pg_lsn NOT NULL
    ) WITH (fillfactor = 20);

    -- A member is alive while its lease runs and its connection stands: a killed process is known at once.
    CREATE TABLE group_member (
      grp           text NOT NULL,
      id            text NOT NULL,
      backend       int NOT NULL,
      backend_start timestamptz NOT NULL,
      alive_until   timestamptz NOT NULL,
      PRIMARY KEY (grp, id)
    ) WITH (fillfactor = 20);
    CREATE TABLE group_offset (
      grp       text NOT NULL,
      topic     text NOT NULL,
      partition int NOT NULL,
      owner     text,
      epoch     int NOT NULL DEFAULT 0,
      committed bigint NOT NULL,
      PRIMARY KEY (grp, topic, partition)
    ) WITH (fillfactor = 20);

    GRANT USAGE ON SCHEMA events TO events_client, relay;
    GRANT SELECT ON log TO events_client;
    GRANT SELECT, INSERT ON log_partition TO events_client;
    GRANT SELECT, INSERT, UPDATE, DELETE ON group_member, group_offset TO events_client;
    GRANT SELECT, INSERT, UPDATE, DELETE ON log, log_partition, relay_position, group_offset TO relay;
  `);
}

export async function down(knex) {
  await knex.raw('DROP TABLE log, log_partition, relay_position, group_member, group_offset');
}
