const { engine } = require("./engine.cjs");

import("./deciding.js").then(({ report }) => process.stdout.write(report(engine)));
