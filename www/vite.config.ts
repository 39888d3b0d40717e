import { defineConfig, type Plugin } from "vite";

/**
 * Of the YAML library: types of YAML 1.1 that JSON can't say, such as sets, which the page refuses by their tags, and a walk
 * over tokens, which nothing here takes. The page carries none of their code.
 */
const LEFT_OUT = /\/yaml-1\.1\/(?:binary|omap|pairs|schema|set|timestamp)\.js$|\/cst-visit\.js$/;

function withoutUnusedYaml(): Plugin {
  const nothing = "\0unused-yaml";
  const names = ["binary", "omap", "pairs", "schema", "set", "timestamp", "intTime", "floatTime", "visit"];
  return {
    name: "without-unused-yaml",
    enforce: "pre",
    resolveId: (id, importer) => (LEFT_OUT.test(id) && importer?.includes("/yaml/") ? nothing : null),
    load: (id) => (id === nothing ? names.map((name) => `export const ${name} = undefined;`).join("\n") : null),
  };
}

export default defineConfig({
  // Relative, so that the page works under any path.
  base: "./",
  plugins: [withoutUnusedYaml()],
  build: {
    target: "es2022",
    // A file of its own for everything: the page's policy takes no scripts or styles from elsewhere.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  worker: { format: "es", plugins: () => [withoutUnusedYaml()] },
});
