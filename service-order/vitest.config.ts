import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['@msa-event-market/shared-sdk/testing/postgres'],
    testTimeout: 30_000,
    expect: { poll: { timeout: 10_000 } }, // one second is short on busy cores
    hookTimeout: 60_000,
  },
});
