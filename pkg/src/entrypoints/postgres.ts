// `portcullis/postgres`: PostgreSQL by its address. What drivers give, such as a pool of `pg`, needs none of it.
export type { Database } from "../store/connection.js";
export { type PostgresOptions, postgres } from "../store/postgres.js";
