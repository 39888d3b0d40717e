/** The build puts a binary that is imported into the script, as base64. */
declare module "*.wasm" {
  const base64: string;
  export default base64;
}

/** The build leaves this one to the runtime that compiles it. */
declare module "*.wasm?module" {
  const module: object;
  export default module;
}
