// A browser's build into site/, and one for Node; with webpack's own defaults.
import { fileURLToPath } from "node:url";
import webpack from "webpack";

const folder = (name) => fileURLToPath(new URL(name, import.meta.url));
const configurations = [
  { target: "web", entry: "./page.js", output: { path: folder("site"), filename: "page.js" } },
  { target: "node20", entry: "./print.js", output: { path: folder("built"), filename: "print.cjs" } },
];

// How large an asset may be before webpack speaks of it is not what is asked here.
const common = { mode: "production", context: folder("."), performance: false };
webpack(
  configurations.map((configuration) => ({ ...common, ...configuration })),
  (error, stats) => {
    if (error) throw error;
    if (!stats.hasErrors() && !stats.hasWarnings()) return;
    console.error(stats.toString({ all: false, errors: true, warnings: true }));
    process.exitCode = 1;
  },
);
