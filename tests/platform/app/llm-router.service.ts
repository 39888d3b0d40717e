// The router of models. Each call of a model is enforced, whichever library makes it, and whether it streams or not.
import { Inject, Injectable } from "@nestjs/common";
import { type LanguageModel, type LanguageModelMiddleware, wrapLanguageModel } from "ai";
import { Enforcer } from "portcullis/service";
import { Models } from "./models.js";
import type { Session } from "./session.js";
import { watched } from "./streams.js";

type Streamed = Awaited<ReturnType<NonNullable<LanguageModelMiddleware["wrapStream"]>>>;

@Injectable()
export class LlmRouter {
  @Inject(Enforcer) readonly enforcer!: Enforcer<Session>;
  @Inject(Models) readonly models!: Models;

  modelFor(name: string, context: Session): LanguageModel {
    const call = (messages: number) => ({ input: { model: name, messages }, context, estimate: { tokens: 100 } });
    return wrapLanguageModel({
      model: this.models.named(name),
      middleware: {
        specificationVersion: "v3",
        wrapGenerate: ({ doGenerate, params }) =>
          this.enforcer.llmCall(name, call(params.prompt.length), async (permit) => {
            const result = await doGenerate();
            permit.used({ tokens: tokensOf(result.usage) });
            return result;
          }),
        // The call lasts as long as its stream: only then is it known what it took.
        wrapStream: ({ doStream, params }) =>
          new Promise<Streamed>((begun, stopped) => {
            this.enforcer
              .llmCall(name, call(params.prompt.length), async (permit) => {
                const { stream, ...result } = await doStream();
                await new Promise<void>((ended, failed) => {
                  const heard = watched(stream, { ended, failed }, (part) => {
                    if (part.type === "finish") permit.used({ tokens: tokensOf(part.usage) });
                  });
                  begun({ ...result, stream: heard });
                });
              })
              .catch(stopped);
          }),
      },
    });
  }
}

type Usage = Record<"inputTokens" | "outputTokens", { readonly total: number | undefined }>;

function tokensOf({ inputTokens, outputTokens }: Usage): number {
  return (inputTokens.total ?? 0) + (outputTokens.total ?? 0);
}
