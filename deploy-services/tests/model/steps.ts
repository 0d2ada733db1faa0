import {
  confirmTooEarly,
  deliver,
  describeStream,
  groups,
  overtake,
  readerOf,
  rewind,
  streams,
  unread,
} from './consumers.js';
import { operating } from './operation-steps.js';
import { change, sweeps } from './order-service.js';
import { settle } from './payment-service.js';
import { buying, refunding, selling } from './people-steps.js';
import type { Rules } from './rules.js';
import { type Clock, type Step, spend } from './step.js';
import { orderOfOperation, put, short, type World, without } from './world.js';

export function* steps(world: World, rules: Rules, clock: Clock): Generator<Step> {
  yield* reading(world, rules, clock);
  yield* showing(world, rules, clock);
  for (const id of Object.keys(world.calls)) yield* operating(world, rules, clock, id);
  yield* sweeping(world, rules);
  yield* buying(world, rules);
  yield* selling(world);
  yield* refunding(world, rules, clock);
  yield* repeating(world, rules, clock);
  for (const seconds of world.left.time ? clock.passing(world) : [])
    yield {
      name: `${seconds} seconds pass`,
      by: 'people',
      take: () => spend({ ...world, now: world.now + seconds }, 'time'),
    };
}

function* reading(world: World, rules: Rules, clock: Clock): Generator<Step> {
  const waiting = unread(world);
  for (const { stream, types } of waiting)
    yield {
      name: `${describeStream(stream)}: ${types[0]}`,
      by: 'market',
      take: () => deliver(world, rules, [stream], clock.now(world)),
    };
  // All of a group at once, its topics one after the other.
  for (const group of groups) {
    const own = waiting.filter(({ stream }) => stream.group === group);
    if (own.reduce((sum, { types }) => sum + types.length, 0) < 2) continue;
    for (const batch of own.length > 1 ? [own, own.toReversed()] : [own])
      yield {
        name: `${group} reads ${batch.flatMap(({ types }) => types).join(', ')} in one batch`,
        by: 'market',
        take: () =>
          deliver(
            world,
            rules,
            batch.flatMap(({ stream, types }) => types.map(() => stream)),
            clock.now(world),
          ),
      };
  }
}

/** A reply may overtake the visibility of what it replies to. */
function* showing(world: World, rules: Rules, clock: Clock): Generator<Step> {
  for (const row of Object.keys(world.hidden))
    yield {
      name: `${nameOf(row)} is visible now`,
      by: 'market',
      take: () => ({ ...world, hidden: without(world.hidden, row) }),
    };
  const untouched = [
    ...Object.values(world.orders).flatMap(({ id, version }) => (version === 1 ? [`order ${id}`] : [])),
    ...Object.values(world.reservations).flatMap(({ orderId, status }) =>
      status === 'RESERVED' ? [`reservation ${orderId}`] : [],
    ),
  ];
  for (const row of world.left.hidden ? untouched.filter((row) => !(row in world.hidden)) : [])
    yield {
      name: `${nameOf(row)} is not visible yet`,
      by: 'luck',
      take: () => spend({ ...world, hidden: put(world.hidden, row, true) }, 'hidden'),
    };
  for (const id of Object.keys(world.orders).filter((id) => !world.accounts[id]))
    yield {
      name: `payment.orders reads OrderConfirmed of order ${short(id)}, which has no payment`,
      by: 'luck',
      take: () => confirmTooEarly(world, rules, id, clock.now(world)),
    };
}

const nameOf = (row: string) => row.replace(/\S+$/, short);

function* sweeping(world: World, rules: Rules): Generator<Step> {
  for (const { orderId, trigger, late } of sweeps(world))
    yield {
      name: `the sweeper ${late ? 'comes too late for' : 'stops'} order ${short(orderId)}: ${trigger.type === 'Stop' ? trigger.reason : 'DEADLINE'}`,
      by: late ? 'luck' : 'market',
      take: () => change(world, rules, [{ orderId, trigger }]),
    };
}

/** What was read is read again, long after the inbox has forgotten it; a webhook says what is known. */
function* repeating(world: World, rules: Rules, clock: Clock): Generator<Step> {
  for (const stream of world.left.rewind ? streams(world) : []) {
    if (readerOf(world, stream).read > 0)
      yield {
        name: `${describeStream(stream)} again from its first message`,
        by: 'luck',
        take: () => spend(rewind(world, stream, 0, 'forgotten'), 'rewind'),
      };
  }
  for (const { stream } of world.left.overtake ? unread(world) : [])
    yield {
      name: `${stream.group} reads OrderCancelling before what came before it`,
      by: 'luck',
      take() {
        const overtaken = overtake(world, rules, stream, clock.now(world));
        return overtaken && spend(overtaken, 'overtake');
      },
    };
  for (const operationId of world.left.webhook ? Object.keys(world.calls) : [])
    yield {
      name: `a webhook about operation ${short(operationId)}`,
      by: 'luck',
      take: () =>
        spend(
          settle(
            world,
            rules,
            orderOfOperation(operationId),
            [{ type: 'Nudged', operationId }],
            clock.now(world),
          ),
          'webhook',
        ),
    };
}
