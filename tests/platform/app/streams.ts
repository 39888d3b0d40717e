// Streams that are listened to while somebody else reads them.

export interface Endings {
  ended(): void;
  failed(error: unknown): void;
}

/** Hands a stream on, hears each part, and is told of its end: read to it, broken off, or failed. */
export function watched<Part>(
  stream: ReadableStream<Part>,
  { ended, failed }: Endings,
  hear: (part: Part) => void,
): ReadableStream<Part> {
  const reader = stream.getReader();
  return new ReadableStream<Part>({
    async pull(controller) {
      try {
        const { done, value } = await reader.read();
        if (done) {
          controller.close();
          ended();
        } else {
          hear(value);
          controller.enqueue(value);
        }
      } catch (error) {
        controller.error(error);
        failed(error);
      }
    },
    async cancel(reason) {
      ended();
      await reader.cancel(reason);
    },
  });
}
