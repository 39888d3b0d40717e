// What servers import, as ES modules, in a project that has no driver.
import { PolicyEngine } from "portcullis";
import * as http from "portcullis/http";
import { pglite } from "portcullis/pglite";
import { postgres } from "portcullis/postgres";
import * as service from "portcullis/service";
import facts from "./server-facts.cjs";

await facts({ PolicyEngine, http, pglite, postgres, service });
