import * as portcullis from "portcullis";
import * as testing from "portcullis/testing";
import { tour } from "./tour.js";

console.log(JSON.stringify(await tour(portcullis, testing)));
