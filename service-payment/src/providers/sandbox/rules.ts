import type { Kind } from '../../domain/model.js';
import type { Outcome, ProviderCall } from '../../use-cases/ports.js';
import { behaviourOf } from './methods.js';

export interface BookCall extends ProviderCall {
  kind: Kind;
}
export interface Entry extends BookCall {
  outcome: 'done' | 'refused';
  reason: string | null;
}

export const outcomeOf = ({ key, outcome, reason }: Entry): Outcome =>
  outcome === 'done'
    ? { result: 'done', providerRef: `sandbox-${key}` }
    : { result: 'refused', reason: reason ?? '' };

/** The provider's own rules, against its own book: it does not trust its callers. `history`: the order's entries. */
export function decide(call: BookCall, history: readonly Entry[]): Entry {
  const reason = refusal(call, history);
  return { ...call, outcome: reason === undefined ? 'done' : 'refused', reason: reason ?? null };
}

function refusal({ kind, method, amount }: BookCall, history: readonly Entry[]): string | undefined {
  const total = (wanted: Kind) =>
    history
      .filter((entry) => entry.kind === wanted && entry.outcome === 'done')
      .reduce((sum, entry) => sum + entry.amount, 0);
  const has = (wanted: Kind) => history.some((entry) => entry.kind === wanted && entry.outcome === 'done');
  const behaviour = behaviourOf(method);
  switch (kind) {
    case 'authorize':
      return behaviour.declines;
    case 'capture':
      if (!has('authorize')) return 'NOT_AUTHORIZED';
      if (has('void')) return 'VOIDED';
      if (total('capture') + amount > total('authorize')) return 'EXCEEDS_AUTHORIZED';
      return behaviour.captureFails ? 'CAPTURE_REFUSED' : undefined;
    case 'void':
      if (!has('authorize')) return 'NOT_AUTHORIZED';
      return has('capture') ? 'ALREADY_CAPTURED' : undefined;
    case 'refund':
      if (total('refund') + amount > total('capture')) return 'EXCEEDS_CAPTURED';
      return behaviour.refundFails ? 'REFUND_REFUSED' : undefined;
  }
}
