// ES modules and CommonJS in one process: an application, and a library that it uses.
import { createRequire } from "node:module";
import * as imported from "portcullis";
import { allowed, decideAll, denied, load } from "./deciding.js";

const required = createRequire(import.meta.url)("portcullis");
const engines = [await load(imported.PolicyEngine), await load(required.PolicyEngine)];
const thrown = engines.map((engine) => {
  try {
    return engine.enforce(denied);
  } catch (error) {
    return error;
  }
});
engines[0].close();
console.log(
  JSON.stringify({
    same: (await decideAll(imported.PolicyEngine)) === (await decideAll(required.PolicyEngine)),
    known: thrown.flatMap((error) => [imported.PolicyDeniedError.is(error), required.PolicyDeniedError.is(error)]),
    afterOneClosed: engines.map((engine) => engine.decide(allowed).code),
  }),
);
