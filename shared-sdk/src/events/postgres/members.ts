import { type Database, statement } from '../../db/index.js';
import { partitionsPerTopic, trimLock } from '../../relay/partitions.js';
import { name, type TopicPartition } from '../process.js';

// Who reads which partition: members of a group with a lease each, on database time. Partition i belongs to live
// member i mod n. Owners give up between batches; takers wait until they did, or until they are dead.

export interface Owned extends TopicPartition {
  epoch: number;
  /** The last position that is done. */
  committed: number;
}

/** $1 group, $2 member, $3 lease in seconds. Returns the live members, this one included. */
const renewLease = statement<{ id: string }>(
  'group_renew_lease',
  `WITH me AS (
     INSERT INTO events.group_member (grp, id, backend, backend_start, alive_until)
     SELECT $1, $2, pid, backend_start, now() + make_interval(secs => $3) FROM pg_stat_activity WHERE pid = pg_backend_pid()
     ON CONFLICT (grp, id) DO UPDATE SET backend = excluded.backend, backend_start = excluded.backend_start, alive_until = excluded.alive_until
   )
   SELECT $2 AS id UNION SELECT id FROM events.group_member m
   WHERE grp = $1 AND alive_until > now()
     AND EXISTS (SELECT FROM pg_stat_activity a WHERE a.pid = m.backend AND a.backend_start = m.backend_start)`,
);
const leave = statement('group_leave', 'DELETE FROM events.group_member WHERE grp = $1 AND id = $2');
const forgetTheDead = statement(
  'group_forget_the_dead',
  `DELETE FROM events.group_member WHERE grp = $1 AND alive_until < now() - interval '1 hour'`,
);

/** Whoever names a topic first makes it, so that a consumer may come before its producer. $1 topics, $2 partitions. */
const makeTopics = statement(
  'group_make_topics',
  `INSERT INTO events.log_partition (topic, partition)
   SELECT topic, partition FROM unnest($1::text[]) topic, generate_series(0, $2 - 1) partition ON CONFLICT DO NOTHING`,
);

const keepTheOldest = statement('group_keep_the_oldest', `SELECT pg_advisory_xact_lock_shared(${trimLock})`);

/** A new group begins with the oldest event that the log still has. $1 group, $2 topics. */
const addPartitions = statement(
  'group_add_partitions',
  `INSERT INTO events.group_offset (grp, topic, partition, committed)
   SELECT $1, p.topic, p.partition,
     coalesce((SELECT min(position) FROM events.log l WHERE l.topic = p.topic AND l.partition = p.partition), p.next) - 1
   FROM events.log_partition p WHERE p.topic = ANY ($2)
   ON CONFLICT DO NOTHING`,
);
const listPartitions = statement<TopicPartition & { unread: number }>(
  'group_list_partitions',
  `SELECT topic, partition, p.next - 1 - o.committed AS unread
   FROM events.group_offset o JOIN events.log_partition p USING (topic, partition)
   WHERE o.grp = $1 AND topic = ANY ($2) ORDER BY topic, partition`,
);

/** $1 group, $2 member, $3 topics, $4 partitions, $5 live members. The epoch shuts out who owned it before. */
const take = statement<Owned>(
  'group_take',
  `UPDATE events.group_offset o SET owner = $2, epoch = epoch + 1
   FROM unnest($3::text[], $4::int[]) wanted(topic, partition)
   WHERE o.grp = $1 AND o.topic = wanted.topic AND o.partition = wanted.partition
     AND (owner IS NULL OR owner = $2 OR owner <> ALL ($5::text[]))
   RETURNING o.topic, o.partition, o.epoch, o.committed`,
);
/** $1 group, $2 member, then topics, partitions, epochs, positions. Returns those that are still this member's. */
const commit = statement<TopicPartition>(
  'group_commit',
  `UPDATE events.group_offset o SET committed = greatest(o.committed, done.committed)
   FROM unnest($3::text[], $4::int[], $5::int[], $6::bigint[]) done(topic, partition, epoch, committed)
   WHERE o.grp = $1 AND o.owner = $2 AND o.topic = done.topic AND o.partition = done.partition AND o.epoch = done.epoch
   RETURNING o.topic, o.partition`,
);
const giveUp = statement(
  'group_give_up',
  `UPDATE events.group_offset o SET owner = NULL FROM unnest($3::text[], $4::int[], $5::int[]) mine(topic, partition, epoch)
   WHERE o.grp = $1 AND o.owner = $2 AND o.topic = mine.topic AND o.partition = mine.partition AND o.epoch = mine.epoch`,
);
const wakeOthers = statement('group_wake', `SELECT pg_notify('group_members', $1)`);

const columns = (partitions: TopicPartition[]) => [
  partitions.map(({ topic }) => topic),
  partitions.map(({ partition }) => partition),
];

export interface Membership {
  /** Renews the lease and says which partitions to give up and which may be had, and how far the group is behind. */
  renew(owned: Owned[]): Promise<{ leaving: Owned[]; wanted: TopicPartition[]; live: string[]; lag: number }>;
  take(wanted: TopicPartition[], live: string[]): Promise<Owned[]>;
  /** Stores how far the work is; returns those partitions that meanwhile belong to somebody else. */
  commit(owned: Owned[]): Promise<Owned[]>;
  giveUp(owned: Owned[]): Promise<void>;
  leave(): Promise<void>;
}

export function membership(
  db: Database,
  {
    group,
    topics,
    member,
    leaseSeconds,
  }: { group: string; topics: string[]; member: string; leaseSeconds: number },
): Membership {
  const wake = () => db.query(wakeOthers([group]));
  let joined = false;
  return {
    async renew(owned) {
      if (!joined)
        await db.transaction((tx) => {
          tx.query(keepTheOldest());
          tx.query(makeTopics([topics, partitionsPerTopic]));
          tx.query(addPartitions([group, topics]));
        });
      const [alive, all] = await Promise.all([
        db.query(renewLease([group, member, leaseSeconds])),
        db.query(listPartitions([group, topics])),
      ]);
      const live = alive.rows.map(({ id }) => id).sort();
      if (!joined) {
        await db.query(forgetTheDead([group]));
        await wake(); // the others learn at once that a member came
      }
      // Whoever removes a group that is alive has it begin anew: it would wait for ever for partitions that are gone.
      joined = all.rows.length >= topics.length * partitionsPerTopic;
      const mine = all.rows.filter((_, i) => live[i % live.length] === member);
      const mineNames = new Set(mine.map(name));
      const ownedNames = new Set(owned.map(name));
      return {
        leaving: owned.filter((partition) => !mineNames.has(name(partition))),
        wanted: mine.filter((partition) => !ownedNames.has(name(partition))),
        live,
        lag: all.rows.reduce((sum, { unread }) => sum + unread, 0),
      };
    },
    async take(wanted, live) {
      if (wanted.length === 0) return [];
      return (await db.query(take([group, member, ...columns(wanted), live]))).rows;
    },
    async commit(owned) {
      if (owned.length === 0) return [];
      const epochs = owned.map(({ epoch }) => epoch);
      const positions = owned.map(({ committed }) => committed);
      const { rows } = await db.query(commit([group, member, ...columns(owned), epochs, positions]));
      const kept = new Set(rows.map(name));
      return owned.filter((partition) => !kept.has(name(partition)));
    },
    async giveUp(owned) {
      if (owned.length === 0) return;
      await db.query(giveUp([group, member, ...columns(owned), owned.map(({ epoch }) => epoch)]));
      await wake();
    },
    async leave() {
      await db.query(leave([group, member]));
      await wake();
    },
  };
}
