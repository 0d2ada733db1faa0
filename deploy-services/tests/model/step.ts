import { type Account, put, type World } from './world.js';

/**
 * Something that may happen now. `market`: the services and the provider go on by themselves; when none of these is
 * left the world is at rest. `sellers` ship and deliver. `people`: what else somebody outside decides. `luck`: crashes,
 * lost calls, repetitions.
 */
export interface Step {
  name: string;
  by: 'market' | 'sellers' | 'people' | 'luck';
  /** Undefined: refused, or nothing comes of it. */
  take(): World | undefined;
}

/** How a world counts time. A small one only knows early and late, or it would have no end. */
export interface Clock {
  /** What a transaction takes for now. */
  now(world: World): number;
  /** When an answer that the provider does not know an operation may be settled. */
  settling(world: World, account: Account, operation: Operation): number[];
  /** How much time may pass now. */
  passing(world: World): number[];
}

export type Operation = Account['operations'][number];

export const spend = (world: World, what: string): World => ({
  ...world,
  left: put(world.left, what, (world.left[what] as number) - 1),
});
