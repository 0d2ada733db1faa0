import { configDefaults, defineConfig } from 'vitest/config';

// What needs no running market; vitest.system.config.ts has the rest.
export default defineConfig({
  test: {
    include: ['tests/**/*.test.ts'],
    exclude: [...configDefaults.exclude, 'tests/system/**', 'tests/faults/**'],
    globalSetup: ['@msa-event-market/shared-sdk/testing/postgres'],
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
});
