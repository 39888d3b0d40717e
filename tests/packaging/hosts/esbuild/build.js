// A browser's bundle into site/, and one for Node; each is one file.
import { build } from "esbuild";

const common = { bundle: true, minify: true, logLevel: "warning" };
await build({ ...common, entryPoints: ["page.js"], outfile: "site/page.js", format: "esm" });
await build({ ...common, entryPoints: ["print.js"], outfile: "built/print.cjs", format: "cjs", platform: "node" });
