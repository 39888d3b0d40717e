// Builds dist/ from src/. package.json decides what is built: each file of dist/ that its exports name
// comes from the entry point of that name in src/entrypoints/.
import { execFileSync } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const packageRoot = dirname(dirname(fileURLToPath(import.meta.url)));
process.chdir(packageRoot);
const dist = "dist";
const manifest = JSON.parse(readFileSync("package.json", "utf8"));

/** Every file that the exports and programs name. */
function named(value) {
  if (typeof value === "string") return [value];
  if (value === null || typeof value !== "object") return [];
  return Object.values(value).flatMap(named);
}
const files = [
  ...new Set(named([manifest.exports, manifest.bin, manifest.main, manifest.types, manifest.typesVersions])),
];
const stems = (extension) =>
  files
    .filter((file) => dirname(file) === `./${dist}` && file.endsWith(extension))
    .map((file) => basename(file, extension));
/** Packages that are packed, so that this one needs no other; where their modules begin. */
const BUNDLED = {
  yaml: join(dirname(fileURLToPath(import.meta.resolve("yaml/package.json"))), "browser/index.js"),
  jose: fileURLToPath(import.meta.resolve("jose")),
  "ajv/dist/2020.js": fileURLToPath(import.meta.resolve("ajv/dist/2020.js")),
};
/** The file that one is packed as. */
const packedAs = (name) => `${name.split("/")[0]}.cjs`;
const commands = named(manifest.bin).map((file) => basename(file, ".js"));
const common = {
  absWorkingDir: packageRoot,
  bundle: true,
  target: ["es2022", "node20"],
  packages: "external",
  // The binary inside a script, for the entry point that needs no second file; migrations inside one, for bundlers.
  loader: { ".wasm": "base64", ".sql": "text" },
  legalComments: "none",
  logLevel: "warning",
  metafile: true,
};

/** How a script finds the binary: in the sources, and once packed. Bundlers know this form; it can't be a variable. */
const binaryFrom = (path) => `new URL("${path}", import.meta.url)`;
const unpackedBinary = binaryFrom("../glue/portcullis.wasm");
const packedBinary = binaryFrom("./portcullis.wasm");

const besideTheScript = {
  name: "binary",
  setup({ onLoad }) {
    onLoad({ filter: /[\\/]src[\\/]entrypoints[\\/][^\\/]+\.ts$/ }, ({ path }) => ({
      contents: readFileSync(path, "utf8")
        .replaceAll(unpackedBinary, packedBinary)
        .replaceAll('"../glue/portcullis.wasm?module"', '"./portcullis.wasm?module"'),
      loader: "ts",
    }));
  },
};

/**
 * Packages that are packed, each one file that ES modules and CommonJS load alike: the library for YAML is as large as
 * all else. Minified, since nobody debugs it here.
 */
const packed = new Set();

async function buildPacked() {
  for (const [name, entry] of Object.entries(BUNDLED)) {
    const outfile = `${dist}/${packedAs(name)}`;
    // What a package is made of is packed with it.
    const options = { ...common, packages: "bundle", format: "cjs", platform: "node", minify: true };
    const { metafile } = await build({ ...options, entryPoints: [entry], outfile });
    for (const input of Object.keys(metafile.inputs))
      packed.add(input.replace(/^.*node_modules\/((@[^/]+\/)?[^/]+)\/.*$/, "$1"));
  }
}

const packedBeside = {
  name: "packed",
  setup({ onResolve }) {
    const names = new RegExp(`^(${Object.keys(BUNDLED).join("|")})$`);
    onResolve({ filter: names }, ({ path }) => ({ path: `./${packedAs(path)}`, external: true }));
  },
};

/** ES modules. What several entry points share is one chunk, so a page or a process has one instance. */
async function buildModules() {
  const { metafile } = await build({
    ...common,
    entryPoints: [...new Set([...stems(".js"), ...stems(".cjs")])]
      .filter((stem) => !commands.includes(stem))
      .map((stem) => `./src/entrypoints/${stem}.ts`),
    outdir: dist,
    format: "esm",
    platform: "neutral",
    external: ["node:*", "*.wasm?module"],
    splitting: true,
    plugins: [besideTheScript, packedBeside],
    chunkNames: "shared-[hash]",
  });
  return metafile.outputs;
}

/** Programs. They load the engine as any other user does, so what libraries load is not split on their behalf. */
async function buildCommands() {
  await build({
    ...common,
    entryPoints: commands.map((stem) => `./src/entrypoints/${stem}.ts`),
    outdir: dist,
    format: "esm",
    platform: "node",
    external: ["./node.js"],
    plugins: [packedBeside],
    splitting: true,
    chunkNames: "command-[hash]",
    // Nobody imports these. Their names stay, so that a trace can be read.
    minifyWhitespace: true,
  });
}

/** The ES modules that one imports, itself included. */
function reachable(outputs, start, seen = new Set()) {
  if (seen.has(start)) return seen;
  seen.add(start);
  for (const { path, external } of outputs[start].imports) if (!external) reachable(outputs, path, seen);
  return seen;
}

/**
 * CommonJS, made file by file from the ES modules, so that what is shared there is shared here:
 * esbuild splits ES modules only.
 */
async function buildCommonJs(outputs) {
  const entries = stems(".cjs").map((stem) => `${dist}/${stem}.js`);
  const wanted = new Set(entries.flatMap((entry) => [...reachable(outputs, entry)]));
  for (const file of wanted) {
    const usesUrl = readFileSync(file, "utf8").includes("import.meta.url");
    await build({
      ...common,
      entryPoints: [`./${file}`],
      outfile: file.replace(/\.js$/, ".cjs"),
      format: "cjs",
      platform: "node",
      // Jest has no `import()` in CommonJS.
      supported: { "dynamic-import": false },
      define: usesUrl ? { "import.meta.url": "moduleUrl" } : {},
      banner: usesUrl
        ? { js: '"use strict"; const moduleUrl = require("node:url").pathToFileURL(__filename).href;' }
        : {},
      plugins: [
        {
          name: "siblings",
          setup({ onResolve }) {
            onResolve({ filter: /^\.\.?\// }, ({ path, kind }) =>
              kind === "entry-point" ? undefined : { path: path.replace(/\.js$/, ".cjs"), external: true },
            );
          },
        },
      ],
    });
  }
  // An entry point of CommonJS alone leaves no ES module behind.
  const modules = stems(".js").filter((stem) => !commands.includes(stem));
  const kept = new Set(modules.flatMap((stem) => [...reachable(outputs, `${dist}/${stem}.js`)]));
  for (const file of Object.keys(outputs)) if (!kept.has(file)) rmSync(file);
}

/** Declarations: the compiler writes .d.ts; CommonJS has its own copy, whose imports end in .cjs. */
function buildTypes() {
  const types = `${dist}/types`;
  const tsc = fileURLToPath(import.meta.resolve("typescript/lib/tsc.js"));
  execFileSync(process.execPath, [tsc, "--project", "tsconfig.build.json", "--outDir", types], { stdio: "inherit" });
  // What the service reads files with; no declaration speaks of it.
  rmSync(`${types}/cli`, { recursive: true, force: true });
  for (const name of readdirSync(types, { recursive: true })) {
    if (!name.endsWith(".d.ts")) continue;
    const text = readFileSync(join(types, name), "utf8");
    if (/["'][^"']*\/glue\//.test(text))
      throw new Error(`the types of ${name} mention the generated glue, which is not packed`);
    const common = text.replace(/((?:from|import)\s*\(?\s*["']\.{1,2}\/[^"']+)\.js(?=["'])/g, "$1.cjs");
    writeFileSync(join(types, name.replace(/\.d\.ts$/, ".d.cts")), common);
  }
}

/** The licences of what was bundled ask that they come with it. */
function writeNotices() {
  const notices = [...packed].sort().map((name) => {
    const folder = join("../node_modules", name);
    const { version, license } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
    const file = readdirSync(folder).find((file) => /^licen[cs]e(\.\w+)?$/i.test(file));
    if (file === undefined) throw new Error(`${name} comes without its licence`);
    return `${name} ${version}, ${license}\n\n${readFileSync(join(folder, file), "utf8").trim()}\n`;
  });
  writeFileSync(`${dist}/THIRD-PARTY-NOTICES.txt`, `Packed with portcullis:\n\n${notices.join("\n")}`);
}

/** What runs elsewhere than in Node must not need it, and what loads the binary must name it so that bundlers find it. */
function check(outputs) {
  for (const file of files) if (!existsSync(file)) throw new Error(`package.json names ${file}, which was not built`);
  const scripts = (stem) => [...reachable(outputs, `${dist}/${stem}.js`)];
  for (const stem of ["browser", "module", "base64"])
    for (const file of scripts(stem))
      for (const { path } of outputs[file].imports)
        if (path.startsWith("node:")) throw new Error(`${dist}/${stem}.js reaches ${path} by ${relative(".", file)}`);
  for (const stem of ["browser", "node"])
    if (!scripts(stem).some((file) => readFileSync(file, "utf8").includes(packedBinary)))
      throw new Error(`${dist}/${stem}.js does not name its binary by ${packedBinary}`);
  for (const file of Object.keys(outputs))
    if (existsSync(file) && readFileSync(file, "utf8").includes("../glue/"))
      throw new Error(`${file} looks for the glue, which is not packed`);
}

rmSync(dist, { recursive: true, force: true });
mkdirSync(dist);
const outputs = await buildModules();
await buildCommonJs(outputs);
await buildPacked();
await buildCommands();
buildTypes();
writeNotices();
copyFileSync("src/glue/portcullis.wasm", `${dist}/portcullis.wasm`);
// npm packs these two only from beside package.json.
for (const name of ["LICENSE", "README.md"]) copyFileSync(`../${name}`, name);
check(outputs);
