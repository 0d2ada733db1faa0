// From when on a carry-over takes the outboxes' events, until it is complete. Fixed before its first event: by what it
// has appended itself, the next try after a kill would take the older ones for known.

export async function up(knex) {
  await knex.raw('ALTER TABLE relay_position ADD COLUMN carry_from timestamptz');
}

export async function down(knex) {
  await knex.raw('ALTER TABLE relay_position DROP COLUMN carry_from');
}
