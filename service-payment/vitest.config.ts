import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['@msa-event-market/shared-sdk/testing/postgres'],
    // One PostgreSQL and few cores are shared by all files.
    maxWorkers: 2,
    testTimeout: 20_000,
    expect: { poll: { timeout: 10_000 } }, // one second is short on busy cores
    hookTimeout: 60_000,
  },
});
