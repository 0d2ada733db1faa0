import { setTimeout as sleep } from 'node:timers/promises';
import { together } from '@msa-event-market/shared-sdk/batching';
import type { Kind } from '../../domain/model.js';
import type { Outcome, PaymentProvider, ProviderCall } from '../../use-cases/ports.js';
import type { Book } from './book.js';
import { behaviourOf } from './methods.js';
import { outcomeOf } from './rules.js';

/** A payment provider for development and tests, with test cards by name (methods.ts). */
export function sandboxProvider(book: Book): PaymentProvider {
  // Calls of one tick share one statement in the book, or the sandbox would cost more than the service it serves.
  const record = together(book.record, { most: 500 });
  const find = together(book.find, { most: 500 });

  const call =
    (kind: Kind) =>
    async (request: ProviderCall, signal: AbortSignal): Promise<Outcome> => {
      const { losesFirstCall, answersTooLate, delayMs } = behaviourOf(request.method);
      if (losesFirstCall && (await book.loseOnce(request.key))) throw new Error('the connection was lost');
      const entry = await record({ ...request, kind });
      if (answersTooLate) await ended(signal);
      if (delayMs) await sleep(delayMs, undefined, { signal });
      return outcomeOf(entry);
    };

  return {
    authorize: call('authorize'),
    capture: call('capture'),
    void: call('void'),
    refund: call('refund'),
    async query(key) {
      const entry = await find(key);
      return entry && outcomeOf(entry);
    },
  };
}

async function ended(signal: AbortSignal): Promise<never> {
  if (!signal.aborted) {
    await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
  }
  throw signal.reason;
}
