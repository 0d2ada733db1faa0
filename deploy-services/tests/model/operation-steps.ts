import type { Answer } from '../../../service-payment/src/domain/model.js';
import { isOpen } from '../../../service-payment/src/domain/operations.js';
import { answered, settle } from './payment-service.js';
import { answerOf, bookOf, decisions, enter } from './provider.js';
import type { Rules } from './rules.js';
import { type Clock, type Operation, type Step, spend } from './step.js';
import { type Account, type Call, orderOfOperation, put, short, timeOf, type World } from './world.js';

const timedOut: Answer = { result: 'unknown', reason: 'TIME_OUT' };

/** One operation between service-payment and the provider: the caller, the wire, the executor. */
export function* operating(world: World, rules: Rules, clock: Clock, id: string): Generator<Step> {
  const orderId = orderOfOperation(id);
  const account = world.accounts[orderId] as Account;
  const operation = account.operations.find((one) => one.id === id) as Operation;
  const call = world.calls[id] as Call;
  const book = bookOf(world, orderId);
  const entry = book.find(({ key }) => key === id);
  const name = `${operation.kind} ${short(id)}`;
  const calling = (change: Partial<Call>): World => ({
    ...world,
    calls: put(world.calls, id, { ...call, ...change }),
  });
  const tell = (told: World, at: number, ...answers: Answer[]) =>
    settle(
      told,
      rules,
      orderId,
      answers.map((answer) => answered(id, answer, at)),
      clock.now(world),
    );

  if (call.asked) {
    yield { name: `the call ${name} is lost`, by: 'luck', take: () => calling({ asked: false }) };
    const { kind, amount } = operation;
    for (const decision of entry ? [] : decisions(book, operation)) {
      const unkind = decision.reason === 'REFUND_REFUSED';
      if (unkind && !world.left.refundRefusals) continue;
      yield {
        name: `the provider gets ${name}: ${decision.outcome} ${decision.reason}`.trimEnd(),
        by: 'market',
        take() {
          const entered = enter(calling({ asked: false }), orderId, { key: id, kind, amount, ...decision });
          return unkind ? spend(entered, 'refundRefusals') : entered;
        },
      };
    }
  }
  if (entry && operation.status !== 'DONE') {
    const answer = answerOf(entry);
    yield {
      name: `${name} is settled: ${entry.outcome}`,
      by: 'market',
      take: () => tell(world, world.now, answer),
    };
    // The caller and the executor, in one transaction.
    for (const other of isOpen(operation) ? [answer, timedOut] : [])
      yield {
        name: `${name} is settled twice at once: ${other.result}, ${entry.outcome}`,
        by: 'luck',
        take: () => tell(world, world.now, other, answer),
      };
  }
  if (isOpen(operation))
    yield { name: `${name} has timed out`, by: 'luck', take: () => tell(world, world.now, timedOut) };
  if (call.absent) {
    yield { name: `the executor of ${name} dies`, by: 'luck', take: () => calling({ absent: false }) };
    for (const at of clock.settling(world, account, operation))
      yield {
        name: `${name} is settled: absent`,
        by: 'market',
        take: () => tell(calling({ absent: false }), at, { result: 'absent' }),
      };
  }
  if (operation.due && !entry) {
    const again = rules.mayCallAgain(account.payment, operation, timeOf(world.now));
    if (!(again ? call.asked : call.absent))
      yield {
        name: `the executor takes ${name}, which the provider does not know`,
        by: operation.status === 'ABANDONED' ? 'luck' : 'market', // asked about for a day, mostly for nothing
        take: () => calling(again ? { asked: true } : { absent: true }),
      };
  }
}
