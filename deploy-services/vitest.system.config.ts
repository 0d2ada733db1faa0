import { configDefaults, defineConfig } from 'vitest/config';

// Tests of a whole market, each file with its own; one after the other, since a market takes a machine.
const stack = process.env.MARKET_PROFILE === 'stack';
export default defineConfig({
  test: {
    include: ['tests/system/**/*.test.ts'],
    exclude: [...configDefaults.exclude, ...(stack ? [] : ['**/*.stack.test.ts'])],
    fileParallelism: false,
    testTimeout: 60_000,
    expect: { poll: { timeout: 10_000 } }, // one second is short on busy cores
    hookTimeout: 120_000,
  },
});
