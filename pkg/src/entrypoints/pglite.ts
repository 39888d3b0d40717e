// `portcullis/pglite`: PostgreSQL in this process, with its data in a folder or in memory.
export type { Database } from "../store/connection.js";
export { pglite } from "../store/pglite.js";
