// Policies and requests from another realm, whose objects have other prototypes.
import { runInNewContext } from "node:vm";
import { PolicyEngine } from "portcullis";
import { policies, report, requests } from "./deciding.js";

const foreign = runInNewContext("JSON.parse(text)", { text: JSON.stringify({ policies, requests }) });
if (foreign.requests instanceof Object || foreign.policies[0] instanceof Object)
  throw new Error("it is the same realm");
process.stdout.write(report(PolicyEngine.loadSync({ policies: foreign.policies }), foreign.requests));
