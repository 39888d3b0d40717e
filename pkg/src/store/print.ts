// Migrations in print: for people who apply them by other means.
import { lockStatement, MIGRATIONS, type Names, rolesScript, scriptOf } from "./migrations.js";

export type Format = "sql" | "typeorm";

/** All migrations, and the roles if they are asked for, as one text. */
export function printMigrations(format: Format, names: Names = {}, roles = false): string {
  const steps = [
    ...MIGRATIONS.map((migration) => ({
      title: `${migration.version} ${migration.name}`,
      className: `Portcullis${pascal(migration.name)}${FIRST + migration.version}`,
      script: scriptOf(migration, names),
    })),
    ...(roles
      ? [{ title: "roles", className: `PortcullisRoles${FIRST + ROLES_AFTER}`, script: rolesScript(names) }]
      : []),
  ];
  return format === "sql"
    ? steps
        .map(({ title, script }) => `-- ${title}\nBEGIN;\n${lockStatement(names)}\n${script.trim()}\nCOMMIT;\n`)
        .join("\n")
    : typeorm(
        steps.map(({ className, script }) => ({ className, script: `${lockStatement(names)}\n${script.trim()}` })),
      );
}

/** TypeORM orders migrations by the 13 digits that end their names. */
const FIRST = 1_790_000_000_000;
/** The roles come after all migrations there will be. */
const ROLES_AFTER = 999_999;

function typeorm(steps: readonly { className: string; script: string }[]): string {
  const classes = steps.map(
    ({ className, script }) => `export class ${className} implements MigrationInterface {
  name = "${className}";

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(${template(script)});
  }

  async down(): Promise<void> {
    throw new Error("Policies and their history are not dropped by themselves: drop the schema by hand.");
  }
}
`,
  );
  return ['import type { MigrationInterface, QueryRunner } from "typeorm";\n', ...classes].join("\n");
}

function template(text: string): string {
  return `\`\n${text.replace(/[\\`]|\$(?=\{)/g, "\\$&")}\n\``;
}

function pascal(name: string): string {
  return name.replace(/(?:^|_)(\w)/g, (_, letter: string) => letter.toUpperCase());
}
