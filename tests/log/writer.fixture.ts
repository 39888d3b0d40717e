// A process that logs until it is killed, and says up to where that was acknowledged.
import { DecisionLog, databaseLog, fileLog, openDatabase } from "portcullis/service";
import { record } from "./support.js";

const [kind, target] = process.argv.slice(2) as [string, string];
const sink =
  kind === "file" ? fileLog({ file: target }) : databaseLog({ database: await openDatabase(target), timeoutMs: 1_000 });
const log = new DecisionLog({ sink, flushMs: 0, request: { omit: [] } });
const append = (): void => {
  for (let i = 0; i < 50; i++) log.append(record(i % 2 === 0 ? "deny" : "allow"));
  process.stdout.write(`${JSON.stringify(log.stats().head)}\n`);
  setImmediate(append);
};
append();
