import { defineConfig } from 'vitest/config';

// Faults of the stack, under load and one after the other: minutes, where the system tests take seconds.
export default defineConfig({
  test: {
    include: ['tests/faults/**/*.test.ts'],
    fileParallelism: false,
    testTimeout: 900_000,
    expect: { poll: { timeout: 10_000 } }, // one second is short on busy cores
    hookTimeout: 180_000,
  },
});
