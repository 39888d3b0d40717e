import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["pkg/src/**/*.test.ts", "tests/**/*.test.ts", "examples/**/*.test.ts"],
    // How long a test takes depends on what else the machine does; these only end what hangs.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    // Two cores are the least that the suite is run on, and compilers want them too.
    maxWorkers: 2,
  },
});
