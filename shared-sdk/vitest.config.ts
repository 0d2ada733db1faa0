import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['./src/testing/postgres.ts'],
    maxWorkers: 2, // by default one where there are two cores, which mostly wait
    testTimeout: 30_000,
    expect: { poll: { timeout: 10_000 } }, // one second is short on busy cores
    hookTimeout: 60_000,
  },
});
