// Workers, asked by messages. One that takes too long is ended and another begun, so that the page never hangs.
import type { Answer, Ask, Envelope } from "./protocol.js";

/** Milliseconds for which an answer is awaited. */
const PATIENCE = 20_000;

interface Waiting {
  done(answer: Answer): void;
  fail(error: Error): void;
  progress: ((answer: Answer) => boolean) | undefined;
  timer: ReturnType<typeof setTimeout>;
}

export class EngineClient {
  #worker: Worker | undefined;
  #ids = 0;
  readonly #waiting = new Map<number, Waiting>();

  /** Asks; `progress` says of each answer whether another one follows. */
  ask(body: Ask, progress?: (answer: Answer) => boolean): Promise<Answer> {
    const id = ++this.#ids;
    return new Promise((done, fail) => {
      this.#waiting.set(id, { done, fail, progress, timer: this.#timer() });
      this.#post({ id, body });
    });
  }

  /** Says something that has no answer. */
  tell(body: Ask): void {
    if (this.#worker !== undefined) this.#post({ id: 0, body });
  }

  #post(envelope: Envelope<Ask>): void {
    this.#worker ??= this.#start();
    this.#worker.postMessage(envelope);
  }

  #start(): Worker {
    const worker = new Worker(new URL("./worker.ts", import.meta.url), { type: "module", name: "engine" });
    worker.addEventListener("message", ({ data }: MessageEvent<Envelope<Answer>>) => this.#take(data));
    worker.addEventListener("error", () => this.#restart("the engine can't be loaded; reload the page"));
    return worker;
  }

  #take({ id, body }: Envelope<Answer>): void {
    const waiting = this.#waiting.get(id);
    if (waiting === undefined) return;
    clearTimeout(waiting.timer);
    if (body.kind !== "failed" && waiting.progress?.(body)) {
      waiting.timer = this.#timer();
      return;
    }
    this.#waiting.delete(id);
    if (body.kind === "failed") waiting.fail(new Error(body.message));
    else waiting.done(body);
  }

  #timer() {
    return setTimeout(() => this.#restart("the texts take too long to read; make them smaller"), PATIENCE);
  }

  #restart(reason: string): void {
    this.#worker?.terminate();
    this.#worker = undefined;
    for (const { fail, timer } of this.#waiting.values()) {
      clearTimeout(timer);
      fail(new Error(reason));
    }
    this.#waiting.clear();
  }
}
