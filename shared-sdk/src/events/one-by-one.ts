import { AppError } from '../errors/index.js';
import { backoff } from './backoff.js';
import { NotYetVisible } from './consumer.js';
import { type Handling, Stopped } from './handle.js';
import * as inbox from './inbox.js';
import type { Message } from './message.js';
import type { Legible, Poison } from './parse.js';

const failuresBeforeParking = 3;
/** Starts without an end, each of them a process that died: more than bad luck with a rolling restart. */
const startsBeforeParking = 5;

interface Single {
  one: Legible;
  failures: number;
  firstFailure: number;
}

/**
 * How a batch goes on that failed, or that may hold a message which ended the last run.
 */
export function singly(handling: Handling, visibleWithin: number) {
  const { consumer, signal, handle, park, untilDone } = handling;
  const { group } = consumer;
  const suspect = starts(handling);

  /**
   * Each message in a transaction of its own, so that a bad one stops only its key: its later messages wait while it is
   * tried again, and other keys go on first.
   */
  async function oneByOne(legible: Legible[]): Promise<void> {
    const keys = new Map<string, Single[]>();
    for (const one of legible) {
      const key = `${one.message.topic} ${one.message.key}`;
      const single = { one, failures: 0, firstFailure: 0 };
      const waiting = keys.get(key);
      if (waiting) waiting.push(single);
      else keys.set(key, [single]);
    }
    const pause = backoff({ first: 50, most: 2_000 });
    while (keys.size > 0) {
      for (const [key, waiting] of keys) {
        while (waiting[0] && (await alone(waiting[0]))) waiting.shift();
        if (waiting.length === 0) keys.delete(key);
      }
      if (keys.size > 0) await pause.wait(signal);
    }
  }

  /** True when it is done, applied or parked; false when it is to be tried again. */
  async function alone(single: Single): Promise<boolean> {
    const { message } = single.one;
    const row = [group, message.id];
    const giveUp = async (reason: Poison['reason'], error: string) => {
      await park([{ message, reason, error }]);
      await suspect.forget(message);
      return true;
    };
    const guilty = await suspect.start(message);
    if (guilty) return giveUp('ENDED_THE_PROCESS', guilty);
    try {
      await untilDone(() => handle([single.one], (tx) => tx.query(inbox.forgetAttempt(row))));
      return true;
    } catch (error) {
      if (error instanceof Stopped) {
        await suspect.ended(message);
        throw error;
      }
      single.failures++;
      single.firstFailure ||= Date.now();
      const invisible = error instanceof NotYetVisible;
      const last = invisible
        ? Date.now() - single.firstFailure > visibleWithin
        : single.failures >= failuresBeforeParking;
      if (last) return giveUp(invisible ? 'NOT_YET_VISIBLE' : 'FAILED', describe(error));
      await suspect.ended(message);
      return false;
    }
  }

  return oneByOne;
}

/** Finds out the message that kills its process: starts are counted, and committed, before the work. */
export function starts({ db, consumer: { group }, untilDone }: Handling) {
  return {
    /** Why the message is not to be started once more; undefined when it may be. */
    async start({ id }: Message): Promise<string | undefined> {
      const counted = await untilDone(() => db.query(inbox.countAttempt([group, id])));
      const starts = counted.rows[0]?.attempts ?? 1;
      return starts > startsBeforeParking ? `started ${starts - 1} times without an end` : undefined;
    },
    /** It ended, if not well. When even that cannot be stored it stays counted: one of five. */
    async ended({ id }: Message): Promise<void> {
      await db.query(inbox.uncountAttempt([group, id])).catch(() => {});
    },
    async forget({ id }: Message): Promise<void> {
      await untilDone(() => db.query(inbox.forgetAttempt([group, id])));
    },
  };
}

export const describe = (error: unknown) =>
  error instanceof AppError
    ? `${error.code}: ${error.message}`
    : error instanceof Error
      ? error.message
      : String(error);
