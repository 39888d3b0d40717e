// What servers import, as ES modules, in a project that has no driver.
import { PolicyEngine } from "portcullis";
import { pglite } from "portcullis/pglite";
import { postgres } from "portcullis/postgres";
import * as service from "portcullis/service";
import facts from "./server-facts.cjs";

await facts({ PolicyEngine, pglite, postgres, service });
