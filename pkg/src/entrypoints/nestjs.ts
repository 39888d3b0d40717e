// `portcullis/nestjs`: the module, decorators and filter for Nest applications.
export * from "../nestjs/index.js";
