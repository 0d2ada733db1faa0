import type { ZodType } from 'zod';
import { timeOf } from '../db/index.js';
import type { Consumer } from './consumer.js';
import { longestKey } from './inbox.js';
import type { Message } from './message.js';

export const reasons = [
  'BAD_TYPE',
  'BAD_ID',
  'BAD_KEY',
  'BAD_PAYLOAD',
  'FAILED',
  'ENDED_THE_PROCESS',
  'NOT_YET_VISIBLE',
  'BEHIND_PARKED',
] as const;

/** A message that can never be handled as it is, and why. */
export interface Poison {
  message: Message;
  reason: (typeof reasons)[number];
  error: string;
}

/** As it came, which is what is parked, and what its schema made of the payload: it may drop and change what it reads. */
export interface Legible {
  message: Message;
  payload: unknown;
}

export interface Parsed {
  legible: Legible[];
  poison: Poison[];
  skipped: number;
}

const hour = 3_600_000;

/** Sorts incoming messages into those to handle, those to park, and those of types not asked for. */
export function parser({ schemas }: Pick<Consumer, 'schemas'>): (messages: Message[]) => Parsed {
  const known = new Map<string, ZodType>();
  for (const { topic, types } of schemas) {
    for (const [type, schema] of Object.entries(types)) known.set(`${topic} ${type}`, schema);
  }
  return (messages) => {
    const parsed: Parsed = { legible: [], poison: [], skipped: 0 };
    for (const message of messages) {
      if (message.type === '') {
        const error = 'the record does not say its type: no outbox has sent it';
        parsed.poison.push({ message, reason: 'BAD_TYPE', error });
        continue;
      }
      const schema = known.get(`${message.topic} ${message.type}`);
      if (!schema) {
        parsed.skipped++; // a newer producer may send more than this consumer understands
        continue;
      }
      const made = timeOf(message.id);
      if (made === undefined || made > Date.now() + hour) {
        // No partition of the inbox could hold such an id, now or for a long time.
        const error =
          made === undefined ? 'the id is no UUIDv7' : 'the id is more than an hour in the future';
        parsed.poison.push({ message, reason: 'BAD_ID', error });
        continue;
      }
      if (message.key.includes('\0') || message.key.length > longestKey) {
        const error = message.key.includes('\0')
          ? 'the key contains a NUL character'
          : `the key has more than ${longestKey} characters`;
        parsed.poison.push({ message, reason: 'BAD_KEY', error });
        continue;
      }
      const { data, error } = check(schema, message.payload);
      if (error === undefined) parsed.legible.push({ message, payload: data });
      else parsed.poison.push({ message, reason: 'BAD_PAYLOAD', error });
    }
    return parsed;
  };
}

function check(schema: ZodType, payload: unknown): { data?: unknown; error?: string } {
  try {
    const { success, data, error } = schema.safeParse(payload);
    return success ? { data } : { error: briefly(error) };
  } catch (error) {
    // A transformation inside the schema threw. Passed on it would stop the partition at this message for ever.
    return { error: `the schema threw ${(error as Error).name}` };
  }
}

/** Names what is wrong and where, never the values: payloads do not belong into logs and tables of errors. */
const briefly = (error: { issues: { path: PropertyKey[]; message: string }[] }) =>
  error.issues
    .slice(0, 5)
    .map(({ path, message }) => `/${path.map(String).join('/')}: ${message}`)
    .join('; ');
