import { configDefaults, defineConfig } from 'vitest/config';

// What needs no running market; vitest.system.config.ts has the rest.
const stack = process.env.MARKET_PROFILE === 'stack';
export default defineConfig({
  test: {
    include: ['tests/**/*.test.ts'],
    exclude: [
      ...configDefaults.exclude,
      'tests/system/**',
      'tests/faults/**',
      ...(stack ? [] : ['**/*.stack.test.ts']),
    ],
    globalSetup: ['@msa-event-market/shared-sdk/testing/postgres'],
    maxWorkers: 2, // by default one where there are two cores, which mostly wait
    testTimeout: 30_000,
    expect: { poll: { timeout: 10_000 } }, // one second is short on busy cores
    hookTimeout: 60_000,
  },
});
