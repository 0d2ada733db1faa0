import fc from 'fast-check';
import { expect, test } from 'vitest';
import { realRules, watched } from './rules.js';
import { stories } from './stories.js';
import { walk } from './walk.js';

const seed = Number(process.env.SEED ?? 20260101);
const runs = Number(process.env.RUNS ?? 150);

test('many orders that share scarce stock keep every invariant, whatever is lost, late, repeated or undone', () => {
  const seen = new Set<string>();
  const ends = new Set<string>();
  fc.assert(
    fc.property(stories, (story) => {
      const world = walk(story, watched(realRules, seen));
      for (const { status } of Object.values(world.orders)) ends.add(status);
    }),
    { seed, numRuns: runs },
  );
  expect([...ends].sort()).toEqual(['CANCELLED', 'CONFIRMED', 'DELIVERED', 'EXPIRED', 'REJECTED', 'SHIPPED']);
}, 120_000);
