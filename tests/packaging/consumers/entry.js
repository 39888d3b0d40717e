// One entry point as ES modules and as CommonJS: what it says before it has the binary, and what it decides.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { runInNewContext } from "node:vm";
import { policies, report } from "./deciding.js";

const [, , name, kind] = process.argv;
const { init, PolicyEngine, ready, validate } =
  kind === "require" ? createRequire(import.meta.url)(name) : await import(name);
const thrownBy = (call) => {
  try {
    call();
  } catch (error) {
    return error.toJSON();
  }
};

const seen = { exports: [typeof ready, typeof validate] };
if (init !== undefined) {
  seen.before = [thrownBy(() => PolicyEngine.loadSync({ policies })), thrownBy(() => init({}))];
  const file = fileURLToPath(import.meta.resolve("portcullis/portcullis.wasm"));
  // Compiled in another realm, as some hosts do.
  init(runInNewContext("new WebAssembly.Module(bytes)", { bytes: readFileSync(file) }));
}
seen.atOnce = report(PolicyEngine.loadSync({ policies }));
await ready();
seen.findings = validate(policies).diagnostics.length;
seen.awaited = report(await PolicyEngine.load({ policies }));
console.log(JSON.stringify(seen));
