import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    globalSetup: ['@msa-event-market/shared-sdk/testing/postgres'],
    include: ['test/**/*.test.ts'],
    testTimeout: 20_000,
    expect: { poll: { timeout: 10_000 } }, // one second is short on busy cores
    hookTimeout: 60_000,
  },
});
