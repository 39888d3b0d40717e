// What servers import, as CommonJS, in a project that has no driver.
const { PolicyEngine } = require("portcullis");
const { pglite } = require("portcullis/pglite");
const { postgres } = require("portcullis/postgres");
const service = require("portcullis/service");
require("./server-facts.cjs")({ PolicyEngine, pglite, postgres, service });
