// What a deployment does before the platform starts, as the owner of the database: tables, rights, and first policies.
import { PolicyStore, type RoleNames } from "portcullis/service";
import { DataSource, type MigrationInterface } from "typeorm";
import { ENTITIES } from "./entities.js";
import { globexPolicies, policies } from "./policies.js";

export interface Deployment {
  /** The database, as its owner. */
  readonly owner: string;
  /** What `portcullis migrate --print --format typeorm --roles` has printed, kept beside the platform's own migrations. */
  readonly migrations: readonly (new () => MigrationInterface)[];
  /** The roles that the last of them makes. */
  readonly roles: RoleNames;
}

export async function deploy({ owner, migrations, roles }: Deployment): Promise<void> {
  const db = new DataSource({
    type: "postgres",
    url: owner,
    entities: ENTITIES,
    synchronize: true,
    migrations: [...migrations],
  });
  await db.initialize();
  try {
    await db.runMigrations();
    // The platform works on its own tables as the user that stores policies, so that one transaction can do both.
    await db.query(`GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO ${roles.app}`);
    await db.query(`GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO ${roles.app}`);
    const store = new PolicyStore({ database: db });
    await db.transaction(async (manager) => {
      const within = store.within(manager);
      for (const policy of policies) await within.create({ tenant: null, by: "deployment" }, policy);
      for (const policy of globexPolicies) await within.create({ tenant: "globex", by: "deployment" }, policy);
    });
  } finally {
    await db.destroy();
  }
}
