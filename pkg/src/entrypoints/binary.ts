// `portcullis/portcullis.wasm`, as a module that exports the compiled binary. Its types are for every runtime; the script is for
// the edge runtime of Next.js, which compiles a binary ahead only where the import says so, and the name of a package's file can't.
import module from "../glue/portcullis.wasm?module";

/** The compiled binary, a `WebAssembly.Module`, for `init` of `portcullis/module`. */
const compiled: object = module;

export default compiled;
