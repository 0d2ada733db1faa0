import { defineConfig } from 'vitest/config';

// Tests of a whole market, each file with its own; one after the other, since a market takes a machine.
export default defineConfig({
  test: {
    include: ['tests/system/**/*.test.ts'],
    fileParallelism: false,
    testTimeout: 60_000,
    hookTimeout: 120_000,
  },
});
