// Prints the migrations, as `portcullis migrate --print --format typeorm --roles` does, with roles of this database alone.
const { printMigrations } = require("portcullis/service");

process.stdout.write(printMigrations("typeorm", { roles: JSON.parse(process.env.ROLES) }, true));
