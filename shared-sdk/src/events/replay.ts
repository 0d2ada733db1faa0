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
    const message = row.message as Message;
    const { legible, poison } = parse([message]);
    if (legible.length === 0)
      return poison[0] ?? { reason: 'BAD_PAYLOAD', error: 'its type is no longer known' };
    const guilty = await suspect.start(message);
    if (guilty) {
      await suspect.forget(message);
      return { reason: 'ENDED_THE_PROCESS', error: guilty };
    }
    try {
      await untilDone(() =>
        handle(legible, (tx) => {
          tx.query(inbox.unpark([group, row.message_id]));
          tx.query(inbox.forgetAttempt([group, message.id]));
        }),
      );
      return undefined;
    } catch (error) {
      if (error instanceof Stopped) {
        await suspect.ended(message);
        throw error;
      }
      await suspect.forget(message);
      const reason = error instanceof NotYetVisible ? 'NOT_YET_VISIBLE' : 'FAILED';
      return { reason, error: describe(error) };
    }
  };
}
