import { NotYetVisible } from './consumer.js';
import { type Handling, Stopped } from './handle.js';
import * as inbox from './inbox.js';
import type { Message } from './message.js';
import { describe, starts } from './one-by-one.js';
import type { Parsed, Poison } from './parse.js';

/** Applies a parked message and takes it out of the list, in one transaction; otherwise tells why it stays. */
export function replayer(handling: Handling, parse: (messages: Message[]) => Parsed) {
  const { consumer, handle, untilDone } = handling;
  const { group } = consumer;
  const suspect = starts(handling);

  return async (row: inbox.ParkedRow): Promise<Omit<Poison, 'message'> | undefined> => {
    const { events, poison } = parse([row.message as Message]);
    const [event] = events;
    if (!event) return { reason: 'BAD_PAYLOAD', error: poison[0]?.error ?? 'its type is no longer known' };
    const guilty = await suspect.start(event);
    if (guilty) {
      await suspect.forget(event);
      return { reason: 'ENDED_THE_PROCESS', error: guilty };
    }
    try {
      await untilDone(() =>
        handle([event], (tx) => {
          tx.query(inbox.unpark([group, row.message_id]));
          tx.query(inbox.forgetAttempt([group, event.id]));
        }),
      );
      return undefined;
    } catch (error) {
      if (error instanceof Stopped) {
        await suspect.ended(event);
        throw error;
      }
      await suspect.forget(event);
      const reason = error instanceof NotYetVisible ? 'NOT_YET_VISIBLE' : 'FAILED';
      return { reason, error: describe(error) };
    }
  };
}
