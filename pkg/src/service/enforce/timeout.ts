// Time limits on what a host is asked.

export class TimeoutError extends Error {
  constructor(ms: number) {
    super(`it took longer than ${ms} ms`);
    this.name = "TimeoutError";
  }
}

/** What a promise gives, or a `TimeoutError` after so many milliseconds. The promise itself goes on. */
export async function within<T>(pending: PromiseLike<T>, ms: number): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new TimeoutError(ms)), ms);
  });
  try {
    return await Promise.race([pending, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** The same; what comes after all when the time was up is handed to `late`, which gives it back. */
export async function inTime<T>(
  pending: PromiseLike<T>,
  ms: number,
  late: (value: T, error: TimeoutError) => unknown,
): Promise<T> {
  try {
    return await within(pending, ms);
  } catch (error) {
    if (error instanceof TimeoutError) pending.then((value) => late(value, error), ignore);
    throw error;
  }
}

/** It failed after it was given up. */
function ignore(): void {}
