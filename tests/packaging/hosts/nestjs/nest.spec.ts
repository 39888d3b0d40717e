import { Test } from "@nestjs/testing";
import { PolicyDeniedError, type PolicyEngine } from "portcullis";
import { POLICY_DECISIONS } from "portcullis/nestjs";
import { CallDeniedError, Enforcer } from "portcullis/service";
import { AppModule } from "./app.module";
import { report } from "./deciding.js";
import type { Session } from "./facts";
import { Mail } from "./mail";

test("a Nest application in CommonJS enforces its handlers", async () => {
  const app = await Test.createTestingModule({ imports: [AppModule] }).compile();
  await app.init();
  const session: Session = { userId: "u1" };
  const denied = app.get(Mail).send({ to: ["https://example.org/b"] }, session);
  await expect(denied).rejects.toThrow(PolicyDeniedError);
  await expect(denied).rejects.toBeInstanceOf(CallDeniedError);
  // What is counted without a limiter is denied.
  const counted = app
    .get<Enforcer<Session>>(Enforcer)
    .toolCall("search", { input: {}, context: session }, () => "found");
  await expect(counted).rejects.toMatchObject({ code: "limiter_unavailable" });
  process.stdout.write(report(app.get<PolicyEngine>(POLICY_DECISIONS)));
  await app.close();
});
