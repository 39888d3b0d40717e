// Decides in the main thread and in two others at once.
import { isMainThread, parentPort, Worker } from "node:worker_threads";
import { PolicyEngine } from "portcullis";
import { decideAll } from "./deciding.js";

const decided = await decideAll(PolicyEngine);
if (isMainThread) {
  const inThread = () =>
    new Promise((done, failed) => new Worker(new URL(import.meta.url)).once("message", done).once("error", failed));
  console.log(JSON.stringify([decided, ...(await Promise.all([inThread(), inThread()]))]));
} else {
  parentPort.postMessage(decided);
}
