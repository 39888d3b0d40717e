import { defineConfig } from "vite";

export default defineConfig({
  // Relative, so that the page works under any path.
  base: "./",
  build: {
    target: "es2022",
    // A file of its own for everything: the page's policy takes no scripts or styles from elsewhere.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  worker: { format: "es" },
});
