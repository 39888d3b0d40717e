import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["pkg/src/**/*.test.ts", "tests/**/*.test.ts", "examples/**/*.test.ts"],
    testTimeout: 30_000,
    // Two cores are the least that the suite is run on, and compilers want them too.
    maxWorkers: 2,
  },
});
