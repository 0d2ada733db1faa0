import {
  byKey,
  contentOf,
  firstTimes,
  type Invariant,
  type LoggedEvent,
  recent,
  type SentEvent,
  type Snapshots,
} from './invariant.js';
import { versionsAtTheMove } from './moved.js';

type Sent = SentEvent & {
  /** It was committed so long ago that it must have arrived. */
  settled: boolean;
};

type Run = [LoggedEvent, ...LoggedEvent[]];

/** The events of each key, in runs of one partition: a key has one, but where its topic has grown, and the oldest first. */
function runsOfKeys(events: LoggedEvent[]): Map<string, Run[]> {
  const keys = new Map<string, Run[]>();
  for (const event of events) {
    const name = `${event.topic} ${event.key}`;
    const runs = keys.get(name) ?? [];
    const run = runs.find(([{ partition }]) => partition === event.partition);
    if (run) run.push(event);
    else runs.push([event]);
    keys.set(name, runs);
  }
  for (const runs of keys.values()) runs.sort(([a], [b]) => a.version - b.version);
  return keys;
}

async function outboxes(read: Snapshots): Promise<Sent[]> {
  const all = await Promise.all(
    (['auth', 'store', 'orders', 'payment'] as const).map((schema) =>
      read[schema]<Sent>(
        `SELECT id, aggregatetype AS topic, aggregateid AS key, type, version,
                created_at < least(now(), ${read.log.asOf}) - interval '1 minute' AS settled,
                ${contentOf('created_at')} AS content
         FROM ${schema}.outbox WHERE created_at > ${recent}`,
      ),
    ),
  );
  return all.flat();
}

const compared = ['topic', 'key', 'type', 'version', 'content'] as const;

export const log: Invariant[] = [
  {
    number: '6',
    title: 'every event that was committed is in the log, once and as it was sent, and no other',
    atRest: false, // what was committed just now may still be on its way; what is in the log may not
    async check(read) {
      const arrived = firstTimes(read.log, await read.log.events());
      const sent = byKey(await outboxes(read), ({ id }) => id);
      const violations: string[] = [];
      const seen = new Set<string>(); // also what is older: log and outboxes need not agree on what is recent
      for (const event of arrived) {
        const { id, type, key, recent } = event;
        const original = sent.get(id);
        const name = `${type} ${id} of ${key}`;
        if (seen.has(id)) violations.push(`${name} is in the log twice`);
        else if (!original && recent) violations.push(`${name} is in the log, yet nobody has sent it`);
        else if (original) {
          const other = compared.filter((column) => event[column] !== original[column]);
          if (other.length > 0)
            violations.push(`${name} is not in the log as it was sent: ${other.join(', ')}`);
        }
        seen.add(id);
      }
      for (const { id, type, key, settled } of sent.values())
        if (settled && !seen.has(id)) violations.push(`${type} ${id} of ${key} never reached the log`);
      return {
        rows: arrived.filter(({ recent }) => recent).length,
        compared: `events of the log with ${sent.size} in the outboxes`,
        violations,
      };
    },
  },
  {
    number: '7',
    title:
      'the log has the events of each key in their order, in the key’s partition, at positions without gaps',
    atRest: false,
    async check(read) {
      const arrived = await read.log.events();
      const violations: string[] = [];
      const before = await Promise.all(
        [read.auth, read.store, read.orders, read.payment].map(versionsAtTheMove),
      );
      const moved = new Map(before.flatMap((versions) => [...versions]));
      const last = new Map<string, number>();
      const trimmed = new Set<string>();
      const follows = (name: string, number: number, first: number | undefined) => {
        const previous = last.get(name) ?? (first === undefined ? undefined : first - 1);
        if (previous !== undefined && number !== previous + 1)
          violations.push(`${name}: ${number} comes after ${previous}`);
        last.set(name, number);
      };
      for (const { topic, partition, position } of arrived) {
        const place = `${topic}/${partition}`;
        // What is trimmed is trimmed from the front: then a key's first events may be gone as well.
        if (!last.has(`positions of ${place}`) && position > 1) trimmed.add(place);
        if (read.log.mayLeaveOut) last.set(`positions of ${place}`, position);
        else follows(`positions of ${place}`, position, undefined);
      }
      for (const [name, runs] of runsOfKeys(firstTimes(read.log, arrived))) {
        const [{ topic, key, partition }] = runs[0] as Run;
        const begins = trimmed.has(`${topic}/${partition}`) ? undefined : (moved.get(name) ?? 0) + 1;
        for (const { version } of runs.flat()) follows(`versions of ${name}`, version, begins);
        // Each event is where the key belonged with as many partitions as there were, and a topic never shrinks.
        let partitions = 1;
        for (const event of runs.flat()) {
          partitions = Math.max(partitions, event.partitions);
          while (
            partitions <= read.log.partitions(topic) &&
            read.log.partitionOf(key, topic, partitions) !== event.partition
          )
            partitions++;
          if (partitions <= read.log.partitions(topic)) continue;
          violations.push(`${name} is in partition ${event.partition}`);
          break;
        }
      }
      for (const { topic, partition, next, grp, committed } of await read.log.readers()) {
        const end = last.get(`positions of ${topic}/${partition}`);
        if (end !== undefined && next !== end + 1)
          violations.push(`${topic}/${partition} ends at ${end}, the next event would take ${next}`);
        if (grp !== null && committed >= next)
          violations.push(
            `${grp} has read ${topic}/${partition} up to ${committed}, where ${next} is still to come`,
          );
      }
      return {
        rows: arrived.length,
        compared: 'events of the log, in its order, and the offsets of its readers',
        violations,
      };
    },
  },
];
