// A line between a client and a server that can be cut, and can go dead without a word.
import { once } from "node:events";
import { connect, createServer, type Server, type Socket } from "node:net";

export class Line {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #target: URL;
  /** Whether what arrives is swallowed. */
  #dead = false;
  #refuses = false;
  /** What is said to the server for the last time. */
  #last: string | undefined;
  /** How many connections came about. */
  connections = 0;

  private constructor(target: URL) {
    this.#target = target;
    this.#server = createServer((near) => this.#join(near));
  }

  static async to(address: string): Promise<Line> {
    const line = new Line(new URL(address));
    line.#server.listen(0, "127.0.0.1");
    await once(line.#server, "listening");
    return line;
  }

  get address(): string {
    const url = new URL(this.#target);
    url.hostname = "127.0.0.1";
    url.port = String((this.#server.address() as { port: number }).port);
    return url.href;
  }

  /** Ends all connections; with `refuse`, new ones too, until `mend`. */
  cut({ refuse = false } = {}): void {
    this.#refuses = refuse;
    for (const socket of this.#sockets) socket.destroy();
  }

  /** Keeps connections and passes nothing on. */
  deaden(): void {
    this.#dead = true;
  }

  /** Lets a statement come to the server, and ends the connection instead of passing its answer on; once. */
  loseAnswerTo(statement: string): void {
    this.#last = statement;
  }

  mend(): void {
    this.#dead = false;
    this.#refuses = false;
  }

  async close(): Promise<void> {
    this.cut();
    this.#server.close();
    await once(this.#server, "close");
  }

  #join(near: Socket): void {
    if (this.#refuses) {
      near.destroy();
      return;
    }
    this.connections++;
    const far = connect(Number(this.#target.port || 5432), this.#target.hostname);
    near.on("data", (data) => {
      if (this.#last === undefined || !data.includes(this.#last)) return;
      this.#last = undefined;
      far.pause();
      far.removeAllListeners("data");
      far.once("data", () => near.destroy());
      far.resume();
    });
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      this.#sockets.add(from);
      from.on("data", (data) => this.#dead || to.write(data));
      from.on("error", () => undefined);
      from.on("close", () => {
        this.#sockets.delete(from);
        to.destroy();
      });
    }
  }
}
