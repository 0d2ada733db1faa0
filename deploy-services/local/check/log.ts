import type { Ask, Finding, Invariant, Snapshots } from './invariant.js';

interface Sent {
  id: string;
  topic: string;
  key: string;
  version: number;
}

const schemas = { auth: 'auth', store: 'store', orders: 'orders', payment: 'payment' } as const;

/** The outboxes forget after some days and the log sooner: compared is what both still must have. */
const from = `now() - interval '6 days'`;

async function outboxes(read: Snapshots): Promise<Sent[]> {
  const all = await Promise.all(
    Object.entries(schemas).map(([source, schema]) =>
      (read[source as keyof typeof schemas] as Ask)<Sent>(
        `SELECT id, aggregatetype AS topic, aggregateid AS key, version FROM ${schema}.outbox WHERE created_at > ${from}`,
      ),
    ),
  );
  return all.flat();
}

const logged = (read: Snapshots) =>
  read.log<Sent & { partition: number; position: number }>(
    `SELECT event_id AS id, topic, key, version, partition, position FROM events.log WHERE occurred_at > ${from}
     ORDER BY topic, partition, position`,
  );

export const log: Invariant[] = [
  {
    number: '5c',
    title: 'each aggregate’s events are numbered without a gap',
    atRest: false,
    async check(read): Promise<Finding> {
      const events = await outboxes(read);
      const versions = new Map<string, number[]>();
      for (const { topic, key, version } of events) {
        const name = `${topic} ${key}`;
        const known = versions.get(name);
        if (known) known.push(version);
        else versions.set(name, [version]);
      }
      const violations = [...versions].flatMap(([name, numbers]) => {
        numbers.sort((a, b) => a - b);
        const first = numbers[0] as number; // an old aggregate's first events may be past their retention
        return numbers.every((version, i) => version === first + i)
          ? []
          : [`${name} has the versions ${numbers.join(' ')}`];
      });
      return {
        rows: events.length,
        compared: `events in the outboxes, of ${versions.size} aggregates`,
        violations,
      };
    },
  },
  {
    number: '6',
    title: 'every event that was committed is in the log, once, and no other',
    atRest: true,
    async check(read): Promise<Finding> {
      const [sent, arrived] = await Promise.all([outboxes(read), logged(read)]);
      const violations: string[] = [];
      const missing = new Map(sent.map((event) => [event.id, event]));
      const seen = new Set<string>();
      for (const { id, topic, key } of arrived) {
        if (seen.has(id)) violations.push(`event ${id} (${topic} ${key}) is in the log twice`);
        else if (!missing.delete(id))
          violations.push(`event ${id} (${topic} ${key}) is in the log, yet nobody has sent it`);
        seen.add(id);
      }
      for (const { id, topic, key } of missing.values())
        violations.push(`event ${id} (${topic} ${key}) never reached the log`);
      return {
        rows: arrived.length,
        compared: `the log with ${sent.length} events of the outboxes`,
        violations,
      };
    },
  },
  {
    number: '7',
    title: 'the log has the events of each aggregate in their order, and its positions without gaps',
    atRest: true,
    async check(read): Promise<Finding> {
      const arrived = await logged(read);
      const violations: string[] = [];
      const last = new Map<string, number>();
      const follows = (name: string, number: number) => {
        const before = last.get(name);
        if (before !== undefined && number !== before + 1)
          violations.push(`${name}: ${number} comes after ${before}`);
        last.set(name, number);
      };
      for (const { topic, partition, position, key, version } of arrived) {
        follows(`positions of ${topic}/${partition}`, position);
        follows(`versions of ${topic} ${key}`, version);
      }
      return { rows: arrived.length, compared: 'events of the log, in its order', violations };
    },
  },
];
