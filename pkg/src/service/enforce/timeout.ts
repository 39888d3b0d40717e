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
