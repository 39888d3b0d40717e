import { defineConfig, type Plugin } from "vite";

/** Types of YAML 1.1 that JSON can't say, such as sets: the page refuses them by their tags, so it carries none of their code. */
const LEFT_OUT = /\/yaml-1\.1\/(?:binary|omap|pairs|schema|set|timestamp)\.js$/;

function withoutYaml11(): Plugin {
  const nothing = "\0yaml-1.1";
  const names = ["binary", "omap", "pairs", "schema", "set", "timestamp", "intTime", "floatTime"];
  return {
    name: "without-yaml-1.1",
    enforce: "pre",
    resolveId: (id, importer) => (LEFT_OUT.test(id) && importer?.includes("/yaml/") ? nothing : null),
    load: (id) => (id === nothing ? names.map((name) => `export const ${name} = undefined;`).join("\n") : null),
  };
}

export default defineConfig({
  // Relative, so that the page works under any path.
  base: "./",
  plugins: [withoutYaml11()],
  build: {
    target: "es2022",
    // A file of its own for everything: the page's policy takes no scripts or styles from elsewhere.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  worker: { format: "es", plugins: () => [withoutYaml11()] },
});
