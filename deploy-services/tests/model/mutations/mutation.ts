import type { Rules } from '../rules.js';

/** A mistake that somebody could make in a service. */
export interface Mutation {
  name: string;
  /** The little that has to happen besides, for it to do harm. */
  left: Record<string, number>;
  /** What is then found. */
  harm: RegExp;
  rules: Partial<Rules>;
}
