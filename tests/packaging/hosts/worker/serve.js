// Bundles the worker as Cloudflare's tools do, with the binary as a compiled module beside it; prints what it answers.
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { Miniflare } from "miniflare";

const BINARY = "portcullis.wasm";
const binaries = {
  name: "binaries",
  setup({ onResolve }) {
    onResolve({ filter: /\.wasm$/ }, () => ({ path: `./${BINARY}`, external: true }));
  },
};

const { outputFiles } = await build({
  entryPoints: ["worker.js"],
  bundle: true,
  format: "esm",
  target: "es2022",
  conditions: ["workerd", "worker", "browser"],
  plugins: [binaries],
  logLevel: "warning",
  write: false,
});
const miniflare = new Miniflare({
  cf: false,
  compatibilityDate: "2026-01-01",
  modules: [
    { type: "ESModule", path: "worker.js", contents: outputFiles[0].text },
    {
      type: "CompiledWasm",
      path: BINARY,
      contents: await readFile(fileURLToPath(import.meta.resolve(`portcullis/${BINARY}`))),
    },
  ],
});
try {
  const response = await miniflare.dispatchFetch("http://worker/");
  process.stdout.write(await response.text());
} finally {
  await miniflare.dispose();
}
