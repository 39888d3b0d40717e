// The router of models. Each call of a model is enforced, whichever library makes it.
import { Inject, Injectable } from "@nestjs/common";
import { type LanguageModel, wrapLanguageModel } from "ai";
import { Enforcer } from "portcullis/service";
import { Models } from "./models.js";
import type { Session } from "./session.js";

@Injectable()
export class LlmRouter {
  @Inject(Enforcer) readonly enforcer!: Enforcer<Session>;
  @Inject(Models) readonly models!: Models;

  modelFor(name: string, context: Session): LanguageModel {
    return wrapLanguageModel({
      model: this.models.named(name),
      middleware: {
        specificationVersion: "v3",
        wrapGenerate: ({ doGenerate, params }) => {
          const input = { model: name, messages: params.prompt.length };
          return this.enforcer.llmCall(name, { input, context, estimate: { tokens: 100 } }, async (permit) => {
            const result = await doGenerate();
            permit.used({ tokens: (result.usage.inputTokens.total ?? 0) + (result.usage.outputTokens.total ?? 0) });
            return result;
          });
        },
      },
    });
  }
}
