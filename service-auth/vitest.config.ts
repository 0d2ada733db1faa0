import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // One real PostgreSQL for the run; each test file works on a database of its own.
    globalSetup: ['@msa-event-market/shared-sdk/testing/postgres'],
    testTimeout: 20_000,
    expect: { poll: { timeout: 10_000 } }, // one second is short on busy cores
    hookTimeout: 60_000,
  },
});
