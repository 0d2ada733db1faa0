import {
  answer,
  askRefund,
  type Effect,
  latePaidBack,
  lateRefundRefused,
  noted,
  nothingThere,
  paid,
  paidAfterAll,
  paidBack,
  type Reply,
  refundRefused,
  request,
  same,
  to,
  tombstone,
  undoAuthorisation,
  undoCapture,
  undoUnknownCapture,
  want,
} from './effects.js';
import { authorized, captureFailed, declined, expired, refunded, refundFailed } from './messages.js';
import type {
  Agreed,
  Goal,
  Kind,
  Operation,
  OperationStatus,
  OrderTriggers,
  Payment,
  Status,
} from './model.js';
import { isOpen, SILENCE_SECONDS } from './operations.js';

type Result = 'done' | 'refused' | 'absent';
/** `late`: of an operation that had already been given up. */
export type ReplyName = `${Kind} ${Result}` | `late ${Kind} ${Result}` | 'unknown' | 'nudged';
export type TriggerName = keyof OrderTriggers | ReplyName;

export interface Row {
  number: number;
  states: readonly (Status | 'none')[];
  goals: readonly Goal[];
  triggers: readonly TriggerName[];
  /** What becomes of the operation that the reply is about; undefined: it stays what it was. */
  operation?: OperationStatus;
  then(p: Agreed, cause: never): Effect;
  fits?(p: Agreed, cause: never, operations: readonly Operation[]): boolean;
}

const any: Goal[] = ['AUTHORIZE', 'CAPTURE', 'CANCEL'];
const open: Goal[] = ['AUTHORIZE', 'CAPTURE'];
const unheld: Status[] = ['DECLINED', 'CANCELLED'];
const unpaid: Status[] = [...unheld, 'VOIDED'];
const final: Status[] = [...unpaid, 'REFUNDED'];
const every: Status[] = ['NEW', 'AUTHORIZED', 'CAPTURED', ...final];
/** Answers that end nothing: too early to give up, or nothing a provider should ever say. */
const unsettled: ReplyName[] = ['unknown', 'authorize absent', 'void refused'];
const kinds = ['authorize', 'capture', 'void', 'refund'] as const;
const late = (result: Result) => kinds.map((kind): ReplyName => `late ${kind} ${result}`);

/**
 * The payment: state x trigger, as in the specification, in its order and with its numbers. The first row that
 * fits is taken. After most of them `next` is asked what the goal wants now: it adds the operations, and says
 * PaymentCancelled when the goal CANCEL is reached (rows 2, 8, 16, 21, 22).
 */
// biome-ignore format: one line a row, to be held against the specification
export const table: readonly Row[] = [
  //    #   state         goal         trigger                  operation    becomes, says
  order(1,  'none',       any,         'OrderPaymentRequested',              request),
  order(2,  'none',       any,         'OrderCancelling',                    tombstone),
  reply(3,  'NEW',        'AUTHORIZE', 'authorize done',        'DONE',      to('AUTHORIZED', authorized)),
  reply(4,  'NEW',        'AUTHORIZE', 'authorize refused',     'FAILED',    to('DECLINED', declined)),
  reply(5,  'NEW',        'AUTHORIZE', 'authorize absent',      'ABANDONED', to('DECLINED', expired), hasExpired),
  order(6,  'NEW',        'AUTHORIZE', 'OrderCancelling',                    want('CANCEL')),
  reply(7,  'NEW',        'CANCEL',    'authorize done',        'DONE',      to('AUTHORIZED', authorized)),
  reply(8,  'NEW',        'CANCEL',    'authorize refused',     'FAILED',    same()),
  reply(8,  'NEW',        'CANCEL',    'authorize absent',      'ABANDONED', same(), isSilent),
  order(9,  'AUTHORIZED', 'AUTHORIZE', 'OrderConfirmed',                     want('CAPTURE')),
  reply(10, 'AUTHORIZED', 'CAPTURE',   'capture done',          'DONE',      paid),
  reply(11, 'AUTHORIZED', 'CAPTURE',   'capture refused',       'FAILED',    same(captureFailed)),
  order(12, 'AUTHORIZED', open,        'OrderCancelling',                    want('CANCEL'), nothingOpen),
  order(13, 'AUTHORIZED', 'CAPTURE',   'OrderCancelling',                    want('CANCEL')),
  reply(14, 'AUTHORIZED', 'CANCEL',    'capture done',          'DONE',      paid),
  reply(15, 'AUTHORIZED', 'CANCEL',    'capture refused',       'FAILED',    same(captureFailed)),
  reply(16, 'AUTHORIZED', 'CANCEL',    'void done',             'DONE',      to('VOIDED')),
  reply(17, 'AUTHORIZED', 'CANCEL',    'void refused',          'FAILED',    paidAfterAll, alreadyCaptured),
  order(18, 'CAPTURED',   'CAPTURE',   'RefundRequested',                    askRefund, withinCaptured),
  reply(19, 'CAPTURED',   any,         'refund done',           'DONE',      paidBack(refunded), askedByAdmin),
  reply(20, 'CAPTURED',   any,         'refund refused',        'FAILED',    refundRefused(refundFailed)),
  order(21, 'CAPTURED',   'CAPTURE',   'OrderCancelling',                    want('CANCEL')),
  reply(22, 'CAPTURED',   'CANCEL',    'refund done',           'DONE',      paidBack()),
  order(23, final,        open,        'OrderCancelling',                    answer),

  // A late success is undone without a word to the order, which has long been told the opposite.
  reply(24, unheld,       any,         'late authorize done',   'DONE',      undoAuthorisation),
  reply(24, unheld,       any,         'void done',             'DONE',      noted),
  reply(24, unheld,       any,         'void refused',          'FAILED',    undoUnknownCapture, alreadyCaptured),
  reply(24, 'VOIDED',     any,         'late capture done',     'DONE',      undoCapture),
  reply(24, unpaid,       any,         'refund done',           'DONE',      latePaidBack),
  reply(24, unpaid,       any,         'refund refused',        'FAILED',    lateRefundRefused),
  reply(24, every,        any,         late('refused'),         'FAILED',    noted),
  reply(24, every,        any,         [...late('done'), ...late('absent')], undefined, noted),

  reply(25, every,        any,         unsettled,               'UNKNOWN',   noted),
  reply(26, every,        any,         'nudged',                undefined,   noted),
  order(27, every,        'CANCEL',    'OrderConfirmed',                     noted),
  order(28, 'none',       any,         'OrderConfirmed',                     nothingThere),
];

function order<N extends keyof OrderTriggers>(
  number: number,
  states: Row['states'][number] | Row['states'],
  goals: Goal | readonly Goal[],
  trigger: N,
  then: (p: Agreed, trigger: OrderTriggers[N]) => Effect,
  fits?: (p: Agreed, trigger: OrderTriggers[N], operations: readonly Operation[]) => boolean,
): Row {
  return { number, states: [states].flat(), goals: [goals].flat(), triggers: [trigger], then, fits };
}

function reply(
  number: number,
  states: Status | readonly Status[],
  goals: Goal | readonly Goal[],
  triggers: ReplyName | readonly ReplyName[],
  operation: OperationStatus | undefined,
  then: (p: Agreed, reply: Reply) => Effect,
  fits?: (p: Agreed, reply: Reply) => boolean,
): Row {
  return {
    number,
    states: [states].flat(),
    goals: [goals].flat(),
    triggers: [triggers].flat(),
    operation,
    then,
    fits,
  };
}

function hasExpired(p: Agreed, { at }: Reply): boolean {
  return at >= p.expiresAt;
}

function isSilent(_: Agreed, { operation, at }: Reply): boolean {
  return at.getTime() - operation.calledAt.getTime() >= SILENCE_SECONDS * 1000;
}

function alreadyCaptured(_: Agreed, { reason }: Reply): boolean {
  return reason === 'ALREADY_CAPTURED';
}

function askedByAdmin(_: Agreed, { operation }: Reply): boolean {
  return operation.requestedBy !== null;
}

function nothingOpen(_: Payment, __: unknown, operations: readonly Operation[]): boolean {
  return !operations.some(isOpen);
}

function withinCaptured(p: Payment, { amount }: OrderTriggers['RefundRequested']): boolean {
  return amount <= p.captured - p.refunded - p.refunding;
}
