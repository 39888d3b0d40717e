// `portcullis/service`: enforcement inside a platform.
export * from "../limits/index.js";
export * from "../service/enforce/index.js";
