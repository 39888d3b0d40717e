const portcullis = require("portcullis");
const testing = require("portcullis/testing");

import("./tour.js").then(async ({ tour }) => console.log(JSON.stringify(await tour(portcullis, testing))));
