import {
  answer,
  askRefund,
  latePaidBack,
  lateRefundRefused,
  noted,
  nothingThere,
  paid,
  paidAfterAll,
  paidBack,
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
import { isOpen, SILENCE_SECONDS } from './operations.js';

const any = ['AUTHORIZE', 'CAPTURE', 'CANCEL'];
const open = ['AUTHORIZE', 'CAPTURE'];
const never = ['DECLINED', 'CANCELLED'];
const unpaid = [...never, 'VOIDED'];
const final = [...unpaid, 'REFUNDED'];
const every = ['NEW', 'AUTHORIZED', 'CAPTURED', ...final];
/** Answers that end nothing: too early to give up, or nothing a provider should ever say. */
const unsettled = ['unknown', 'authorize absent', 'void refused'];
const late = ['authorize', 'capture', 'void', 'refund'].flatMap((kind) => [
  `late ${kind} done`,
  `late ${kind} refused`,
  `late ${kind} absent`,
]);
/**
 * The payment: state x trigger, as in the specification, in its order and with its numbers. The first row that
 * fits is taken. After most of them `next` is asked what the goal wants now: it adds the operations, and says
 * PaymentCancelled when the goal CANCEL is reached (rows 2, 8, 16, 21, 22).
 */
// biome-ignore format: one line a row, to be held against the specification
export const table = [
    //    #   state         goal         trigger                  operation    becomes, says
    order(1, 'none', any, 'OrderPaymentRequested', request),
    order(2, 'none', any, 'OrderCancelling', tombstone),
    reply(3, 'NEW', 'AUTHORIZE', 'authorize done', 'DONE', to('AUTHORIZED', authorized)),
    reply(4, 'NEW', 'AUTHORIZE', 'authorize refused', 'FAILED', to('DECLINED', declined)),
    reply(5, 'NEW', 'AUTHORIZE', 'authorize absent', 'ABANDONED', to('DECLINED', expired), hasExpired),
    order(6, 'NEW', 'AUTHORIZE', 'OrderCancelling', want('CANCEL')),
    reply(7, 'NEW', 'CANCEL', 'authorize done', 'DONE', to('AUTHORIZED', authorized)),
    reply(8, 'NEW', 'CANCEL', 'authorize refused', 'FAILED', same()),
    reply(8, 'NEW', 'CANCEL', 'authorize absent', 'ABANDONED', same(), isSilent),
    order(9, 'AUTHORIZED', 'AUTHORIZE', 'OrderConfirmed', want('CAPTURE')),
    reply(10, 'AUTHORIZED', 'CAPTURE', 'capture done', 'DONE', paid),
    reply(11, 'AUTHORIZED', 'CAPTURE', 'capture refused', 'FAILED', same(captureFailed)),
    order(12, 'AUTHORIZED', open, 'OrderCancelling', want('CANCEL'), nothingOpen),
    order(13, 'AUTHORIZED', 'CAPTURE', 'OrderCancelling', want('CANCEL')),
    reply(14, 'AUTHORIZED', 'CANCEL', 'capture done', 'DONE', paid),
    reply(15, 'AUTHORIZED', 'CANCEL', 'capture refused', 'FAILED', same(captureFailed)),
    reply(16, 'AUTHORIZED', 'CANCEL', 'void done', 'DONE', to('VOIDED')),
    reply(17, 'AUTHORIZED', 'CANCEL', 'void refused', 'FAILED', paidAfterAll, alreadyCaptured),
    order(18, 'CAPTURED', 'CAPTURE', 'RefundRequested', askRefund, withinCaptured),
    reply(19, 'CAPTURED', any, 'refund done', 'DONE', paidBack(refunded), askedByAdmin),
    reply(20, 'CAPTURED', any, 'refund refused', 'FAILED', refundRefused(refundFailed)),
    order(21, 'CAPTURED', 'CAPTURE', 'OrderCancelling', want('CANCEL')),
    reply(22, 'CAPTURED', 'CANCEL', 'refund done', 'DONE', paidBack()),
    order(23, final, open, 'OrderCancelling', answer),
    // A late success is undone without a word to the order, which has long been told the opposite.
    reply(24, never, any, 'late authorize done', 'DONE', undoAuthorisation),
    reply(24, never, any, 'void done', 'DONE', noted),
    reply(24, never, any, 'void refused', 'FAILED', undoUnknownCapture, alreadyCaptured),
    reply(24, 'VOIDED', any, 'late capture done', 'DONE', undoCapture),
    reply(24, unpaid, any, 'refund done', 'DONE', latePaidBack),
    reply(24, unpaid, any, 'refund refused', 'FAILED', lateRefundRefused),
    reply(24, every, any, late, undefined, noted),
    reply(25, every, any, unsettled, 'UNKNOWN', noted),
    reply(26, every, any, 'nudged', undefined, noted),
    order(27, every, 'CANCEL', 'OrderConfirmed', noted),
    order(28, 'none', any, 'OrderConfirmed', nothingThere),
];
function order(number, states, goals, trigger, then, fits) {
  return { number, states: [states].flat(), goals: [goals].flat(), triggers: [trigger], then, fits };
}
function reply(number, states, goals, triggers, operation, then, fits) {
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
function hasExpired(p, { at }) {
  return at >= p.expiresAt;
}
function isSilent(_, { operation, at }) {
  return at.getTime() - operation.calledAt.getTime() >= SILENCE_SECONDS * 1000;
}
function alreadyCaptured(_, { reason }) {
  return reason === 'ALREADY_CAPTURED';
}
function askedByAdmin(_, { operation }) {
  return operation.requestedBy !== null;
}
function nothingOpen(_, __, operations) {
  return !operations.some(isOpen);
}
function withinCaptured(p, { amount }) {
  return amount <= p.captured - p.refunded - p.refunding;
}
//# sourceMappingURL=payment-table.js.map
