import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    globalSetup: ['@msa-event-market/shared-sdk/testing/postgres'],
    include: ['test/**/*.test.ts'],
    testTimeout: 20_000,
    hookTimeout: 60_000,
  },
});
