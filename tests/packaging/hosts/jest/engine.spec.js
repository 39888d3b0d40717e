import { PolicyDeniedError } from "portcullis";
import { allowAll } from "portcullis/testing";
import { allowed, denied, report } from "./deciding.js";
import { engine } from "./engine";

test("decides", () => {
  expect(allowAll().decide(denied).effect).toBe("allow");
  expect(engine.enforce(allowed).code).toBe("allowed");
  expect(() => engine.enforce(denied)).toThrow(PolicyDeniedError);
  process.stdout.write(report(engine));
});
