// Databases of tests that were killed before they could drop them.
import type pg from "pg";

/** So that of all the tests that run, one at a time looks. */
const LOCK = 0x706f7274;

/** Old enough that no test is still at work, and nobody is connected. A file is written when a database is made, and never again. */
const ORPHANS = `
  SELECT datname AS name FROM pg_database d
  WHERE datname ~ '^portcullis_(test|platform)_[0-9a-f]{12}$'
    AND (pg_stat_file('base/' || oid || '/PG_VERSION', true)).modification < now() - interval '1 day'
    AND NOT EXISTS (SELECT FROM pg_stat_activity a WHERE a.datid = d.oid)`;

/** Drops them with their roles, as a superuser. What can't be dropped stays, for whoever comes next. */
export async function dropOrphans(client: pg.Client): Promise<void> {
  const { rows } = await client.query("SELECT pg_try_advisory_lock($1) AS locked", [LOCK]);
  if (rows[0]?.locked !== true) return;
  for (const { name } of (await client.query<{ name: string }>(ORPHANS)).rows) {
    try {
      await client.query(`DROP DATABASE IF EXISTS ${name}`);
      const roles = await client.query("SELECT rolname FROM pg_roles WHERE starts_with(rolname, $1)", [`${name}_`]);
      for (const { rolname } of roles.rows) await client.query(`DROP ROLE IF EXISTS ${rolname}`);
    } catch {
      // Somebody has connected to it since.
    }
  }
}
