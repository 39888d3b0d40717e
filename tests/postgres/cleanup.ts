// What tests open while they run is closed after those of the file: hooks can't be added by then.
import { afterAll } from "vitest";

const tasks: (() => unknown)[] = [];

/** Runs a task after the tests of the file; the last that was added first. */
export function afterwards(task: () => unknown): void {
  tasks.push(task);
}

afterAll(async () => {
  const failures: unknown[] = [];
  for (let task = tasks.pop(); task !== undefined; task = tasks.pop()) {
    try {
      await task();
    } catch (error) {
      failures.push(error);
    }
  }
  if (failures.length > 0) throw new AggregateError(failures, `what was opened does not close: ${failures.join("; ")}`);
}, 120_000);
