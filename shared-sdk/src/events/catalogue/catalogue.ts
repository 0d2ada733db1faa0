import type { ZodType, z } from 'zod';
import type { Message } from '../message.js';

/** The event types of one topic with the schema of each payload. */
export interface Catalogue<T extends Record<string, ZodType> = Record<string, ZodType>> {
  topic: string;
  types: T;
}

/** A message of one of the catalogue's types, told apart by `type`. */
export type EventOf<C> =
  C extends Catalogue<infer T>
    ? { [K in keyof T & string]: Omit<Message<z.infer<T[K]>>, 'type'> & { type: K } }[keyof T & string]
    : never;

export const catalogue = <T extends Record<string, ZodType>>(topic: string, types: T): Catalogue<T> => ({
  topic,
  types,
});

/** A part of a catalogue: a consumer of it skips the topic's other types as if it did not know them. */
export function pick<T extends Record<string, ZodType>, K extends keyof T & string>(
  { topic, types }: Catalogue<T>,
  ...names: K[]
): Catalogue<Pick<T, K>> {
  return {
    topic,
    types: Object.fromEntries(names.map((name) => [name, types[name]])) as unknown as Pick<T, K>,
  };
}
