import { type AddedOperation, type Cause, type Change, fold } from '../../src/domain/fold.js';
import type { Answer, Operation, Payment, Trigger } from '../../src/domain/model.js';
import { mayCallAgain } from '../../src/domain/operations.js';

/** A provider that refuses what is against its rules, and anything else when the dice say so. */
interface Entry {
  kind: Operation['kind'];
  amount: number;
  outcome: 'done' | 'refused';
  reason: string;
}

/**
 * One payment with everything around it: the order's events in their order, a provider with a book, calls and
 * answers that are lost, doubled and late, an executor, an admin, a clock. Every step is chosen by `pick`.
 */
export class World {
  payment: Payment | undefined;
  operations: Operation[] = [];
  book = new Map<string, Entry>();
  ledger = { captured: 0, refunded: 0 };
  messages: Change['messages'] = [];
  rows = new Set<number>();
  lateSuccesses = 0;
  cancellings = 0;

  #now = Date.parse('2026-01-01T12:00:00Z');
  #ids = 0;
  #expiresAt = new Date(this.#now + 100_000);
  #fromOrder: Trigger['type'][] = ['OrderPaymentRequested'];
  #seen: Trigger['type'][] = [];
  /** Calls that are under way, and answers that are. */
  #calls: string[] = [];
  #answers: { id: string; answer: Answer }[] = [];
  #stops = 0;
  readonly #pick: (n: number) => number;

  constructor(pick: (n: number) => number, { cancelFirst = false } = {}) {
    this.#pick = pick;
    if (cancelFirst) {
      this.#fromOrder = ['OrderCancelling', 'OrderPaymentRequested'];
      this.#stops = 1;
    }
  }

  get now(): Date {
    return new Date(this.#now);
  }

  /** Everything that may happen now; what moves the payment on is likelier, or few stories would get far. */
  steps(): [string, () => void][] {
    const steps: [string, () => void][] = [];
    const add = (name: string, step: () => void, weight = 1) => {
      for (let i = 0; i < weight; i++) steps.push([name, step]);
    };
    const [next] = this.#fromOrder;
    if (next) add(next, () => this.#order(this.#fromOrder.shift() as Trigger['type']), 6);
    if (this.#seen.length > 0) add('an old event again', () => this.#order(this.#oneOf(this.#seen)));
    if (this.#stops === 0 && this.payment) {
      add('the order stops', () => {
        this.#stops++;
        this.#fromOrder.push('OrderCancelling');
      });
    }
    if (this.#calls.length > 0) {
      add('a call arrives', () => this.#arrives(this.#take(this.#calls)), 6);
      add('a call is lost', () => void this.#take(this.#calls));
    }
    if (this.#answers.length > 0) {
      add(
        'an answer arrives',
        () => {
          const { id, answer } = this.#take(this.#answers);
          this.tell({ type: 'Answered', operationId: id, answer, at: this.now });
        },
        6,
      );
      add('an answer is doubled', () => void this.#answers.push(this.#oneOf(this.#answers)));
      add('an answer is lost', () => void this.#take(this.#answers));
    }
    const asked = this.operations.filter(({ status }) => status !== 'DONE');
    if (asked.length > 0) {
      add('time-out', () => this.#timeOut(this.#oneOf(asked)));
      add('the executor', () => this.execute(this.#oneOf(asked)));
      add('a webhook', () => this.tell({ type: 'Nudged', operationId: this.#oneOf(asked).id }));
    }
    if (this.payment?.status === 'CAPTURED') {
      const amount = [30, 50, 100];
      add(
        'an admin refunds',
        () => this.tell({ type: 'RefundRequested', amount: this.#oneOf(amount), by: 'admin' }),
        3,
      );
    }
    add('a minute passes', () => {
      this.#now += 61_000;
    });
    return steps;
  }

  step(): string {
    const [name, step] = this.#oneOf(this.steps());
    step();
    return name;
  }

  /** Delivers what is under way and lets the executor work until nothing is open. The provider stops refusing. */
  rest(): void {
    for (let round = 0; round < 200; round++) {
      while (this.#fromOrder.length > 0) this.#order(this.#fromOrder.shift() as Trigger['type']);
      while (this.#calls.length > 0) this.#arrives(this.#calls.shift() as string, true);
      while (this.#answers.length > 0) {
        const { id, answer } = this.#answers.shift() as { id: string; answer: Answer };
        this.tell({ type: 'Answered', operationId: id, answer, at: this.now });
      }
      const open = this.operations.filter(
        ({ id, status }) =>
          status === 'PENDING' ||
          status === 'UNKNOWN' ||
          (status === 'ABANDONED' && this.book.get(id)?.outcome === 'done'),
      );
      for (const operation of open) this.execute(operation);
      if (!this.operations.some(({ status }) => status === 'PENDING' || status === 'UNKNOWN')) {
        if (this.#fromOrder.length + this.#calls.length + this.#answers.length === 0) return;
      }
      this.#now += 61_000;
    }
    throw new Error('it never comes to rest');
  }

  /** Queries first, and calls again only when the provider does not know the operation. */
  execute(operation: Operation): void {
    const { payment } = this;
    if (!payment) return;
    const again = mayCallAgain(payment, operation, this.now);
    operation.attempts++;
    if (again) operation.calledAt = this.now;
    const entry = this.book.get(operation.id);
    if (entry) this.#answers.push({ id: operation.id, answer: answerOf(entry) });
    else if (again) this.#calls.push(operation.id);
    else this.#answers.push({ id: operation.id, answer: { result: 'absent' } });
  }

  tell(trigger: Trigger): void {
    const loaded = { payment: this.payment, operations: this.operations, now: this.now };
    const cause: Cause = { trigger, traceparent: null };
    const change = fold(loaded, [cause], () => `id-${this.#ids++}`);
    if (change) this.#write(change);
  }

  #write(change: Change): void {
    this.payment = change.payment;
    for (const { id, status, was } of change.settled) {
      const operation = this.operations.find((one) => one.id === id) as Operation;
      if (operation.status !== was) throw new Error('settled under a wrong status');
      operation.status = status;
    }
    this.operations.push(...change.added.map((operation: AddedOperation) => ({ ...operation })));
    for (const { kind, amount } of change.posted) {
      this.ledger[kind === 'capture' ? 'captured' : 'refunded'] += amount;
    }
    this.messages.push(...change.messages);
    this.lateSuccesses += change.alerts.filter((alert) => alert === 'late_success').length;
    for (const row of change.rows) this.rows.add(row);
    for (const { id, status } of change.added) if (status === 'PENDING') this.#calls.push(id);
    if (change.messages.some(({ type }) => type === 'PaymentAuthorized'))
      this.#fromOrder.push('OrderConfirmed');
    if (change.messages.some(({ type }) => type === 'PaymentCaptureFailed') && this.#stops === 0) {
      this.#stops++;
      this.#fromOrder.push('OrderCancelling');
    }
  }

  #order(type: Trigger['type']): void {
    this.#seen.push(type);
    const ids = { paymentId: `payment-${this.#ids++}`, orderId: 'order', userId: 'user' };
    if (type === 'OrderCancelling') {
      if (this.#seen.filter((seen) => seen === type).length === 1) this.cancellings++;
      this.tell({ type, ...ids });
    } else if (type === 'OrderConfirmed') {
      // An order that is being cancelled confirms nothing any more.
      if (this.cancellings === 0 || this.#pick(2) === 0) this.tell({ type });
    } else if (type === 'OrderPaymentRequested') {
      const expiresAt = this.#expiresAt;
      this.tell({ type, ...ids, amount: 100, currency: 'EUR', method: 'pm', expiresAt });
    }
  }

  #arrives(id: string, willing = false): void {
    const operation = this.operations.find((one) => one.id === id) as Operation;
    if (!this.book.has(id)) this.book.set(id, this.#decide(operation, willing));
    this.#answers.push({ id, answer: answerOf(this.book.get(id) as Entry) });
  }

  #decide({ kind, amount }: Operation, willing: boolean): Entry {
    const sum = (wanted: string) =>
      [...this.book.values()]
        .filter((entry) => entry.kind === wanted && entry.outcome === 'done')
        .reduce((total, entry) => total + entry.amount, 0);
    const has = (wanted: string) =>
      [...this.book.values()].some((entry) => entry.kind === wanted && entry.outcome === 'done');
    const refuse = (reason: string): Entry => ({ kind, amount, outcome: 'refused', reason });
    if (kind === 'capture' && (!has('authorize') || has('void'))) return refuse('NOT_AUTHORIZED');
    if (kind === 'capture' && sum('capture') + amount > sum('authorize')) return refuse('EXCEEDS_AUTHORIZED');
    if (kind === 'void' && has('capture')) return refuse('ALREADY_CAPTURED');
    if (kind === 'refund' && sum('refund') + amount > sum('capture')) return refuse('EXCEEDS_CAPTURED');
    if (kind !== 'void' && !willing && this.#pick(4) === 0) return refuse('NO');
    return { kind, amount, outcome: 'done', reason: '' };
  }

  #timeOut(operation: Operation): void {
    const answer: Answer = { result: 'unknown', reason: 'TIME_OUT' };
    this.tell({ type: 'Answered', operationId: operation.id, answer, at: this.now });
  }

  #oneOf<T>(items: T[]): T {
    return items[this.#pick(items.length)] as T;
  }

  #take<T>(items: T[]): T {
    return items.splice(this.#pick(items.length), 1)[0] as T;
  }
}

const answerOf = ({ outcome, reason }: Entry): Answer =>
  outcome === 'done' ? { result: 'done', providerRef: 'ref' } : { result: 'refused', reason };
