// What servers import, as CommonJS, in a project that has no driver.
const { PolicyEngine } = require("portcullis");
const http = require("portcullis/http");
const { pglite } = require("portcullis/pglite");
const { postgres } = require("portcullis/postgres");
const service = require("portcullis/service");
require("./server-facts.cjs")({ PolicyEngine, http, pglite, postgres, service });
