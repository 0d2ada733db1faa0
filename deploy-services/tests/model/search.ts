import { isAtRest, wrong, wrongAtRest, wrongStep } from './invariants.js';
import type { Rules } from './rules.js';
import type { Clock } from './step.js';
import { steps } from './steps.js';
import { Violation, type World } from './world.js';

export interface Found {
  states: number;
  transitions: number;
  /** How many worlds came to rest, by the states of their orders. */
  atRest: Map<string, number>;
  /** The first violation, with the shortest way to it. */
  violation?: { what: string; path: string[] };
}

/** A world with more states is not small: the search fails rather than taking minutes. */
const most = 100_000;

/**
 * Breadth first through every world that can become of `begin`, so that the way to a violation is a shortest one. At
 * the end, from each world the market alone, without luck or people, must be able to come to rest.
 */
export function search(begin: readonly World[], rules: Rules, clock: Clock): Found {
  const { nameOf, keep } = naming();
  const known = new Map<string, number>();
  const from: { parent: number; step: string }[] = [];
  const worlds: (World | undefined)[] = [];
  const resting: number[] = [];
  const byMarket: number[][] = []; // to each state, from which the market leads there
  const found: Found = { states: 0, transitions: 0, atRest: new Map() };

  const pathTo = (state: number): string[] => {
    const path: string[] = [];
    for (let at = state; at >= 0; at = from[at]?.parent ?? -1) path.unshift(from[at]?.step ?? '');
    return path;
  };
  const see = (world: World, parent: number, step: string): number => {
    const name = nameOf(world);
    const before = known.get(name);
    if (before !== undefined) return before;
    keep();
    const state = worlds.push(world) - 1;
    known.set(name, state);
    from.push({ parent, step });
    byMarket.push([]);
    return state;
  };

  for (const [i, world] of begin.entries()) see(world, -1, `beginning ${i + 1}`);
  for (let state = 0; state < worlds.length; state++) {
    if (state >= most) throw new Error(`more than ${most} states: the world is not small enough`);
    const world = worlds[state] as World;
    worlds[state] = undefined;
    const atRest = isAtRest(world);
    const what = wrong(world) ?? (atRest ? wrongAtRest(world) : undefined);
    if (what) return { ...found, states: state, violation: { what, path: pathTo(state) } };
    if (atRest) {
      resting.push(state);
      const end = Object.values(world.orders)
        .map(({ status }) => status)
        .join();
      found.atRest.set(end, (found.atRest.get(end) ?? 0) + 1);
    }
    for (const step of steps(world, rules, clock)) {
      try {
        const next = step.take();
        if (!next) continue;
        const wrong = wrongStep(world, next);
        if (wrong) throw new Violation(wrong);
        found.transitions++;
        const to = see(next, state, step.name);
        if (step.by === 'market' && to !== state) byMarket[to]?.push(state);
      } catch (error) {
        if (!(error instanceof Violation)) throw error;
        return {
          ...found,
          states: state,
          violation: { what: error.message, path: [...pathTo(state), step.name] },
        };
      }
    }
  }
  found.states = worlds.length;

  const restless = reachingNone(byMarket, resting);
  if (restless !== undefined)
    found.violation = { what: 'the market never comes to rest by itself', path: pathTo(restless) };
  return found;
}

/** The first state from which no state of `goals` can be reached; `into` holds the steps backwards. */
function reachingNone(into: readonly number[][], goals: readonly number[]): number | undefined {
  const reaching = new Uint8Array(into.length);
  const queue = [...goals];
  for (const state of queue) reaching[state] = 1;
  for (const state of queue) {
    for (const before of into[state] ?? []) {
      if (reaching[before]) continue;
      reaching[before] = 1;
      queue.push(before);
    }
  }
  const first = reaching.indexOf(0);
  return first < 0 ? undefined : first;
}

/**
 * A short name for each world, equal for equal ones. What worlds share is looked at once, if it is kept: most steps
 * lead to a world that is known already, and what they made is forgotten at once.
 */
function naming() {
  const numbers = new Map<string, number>();
  const kept = new WeakMap<object, number>();
  let fresh: [object, number][] = [];

  function numberOf(object: object, text: (object: object) => string): number {
    const known = kept.get(object);
    if (known !== undefined) return known;
    const name = text(object);
    let number = numbers.get(name);
    if (number === undefined) {
      number = numbers.size;
      numbers.set(name, number);
    }
    fresh.push([object, number]);
    return number;
  }
  function table(rows: object): string {
    let text = '';
    for (const [key, value] of Object.entries(rows))
      text += `${key} ${typeof value === 'object' ? numberOf(value, JSON.stringify) : value} `;
    return text;
  }
  return {
    nameOf({ now, ...tables }: World): string {
      fresh = [];
      return `${now} ${Object.values(tables)
        .map((rows) => numberOf(rows, table))
        .join(' ')}`;
    },
    /** Remembers the parts of the world that was named last. */
    keep() {
      for (const [object, number] of fresh) kept.set(object, number);
    },
  };
}

export const told = ({ violation, states }: Found): string =>
  violation
    ? `${violation.what}, after ${states} states, by\n${violation.path.map((step, i) => `${String(i).padStart(3)}. ${step}`).join('\n')}`
    : `nothing, in ${states} states`;
