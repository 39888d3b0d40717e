// Models that follow a script: each turn says something, or calls tools.
import { Injectable } from "@nestjs/common";
import { simulateReadableStream } from "ai";
import { MockLanguageModelV3 } from "ai/test";

export interface Turn {
  readonly text?: string;
  readonly calls?: readonly { readonly tool: string; readonly input: unknown }[];
}

type Model = InstanceType<typeof MockLanguageModelV3>;
type Options = Parameters<Model["doGenerate"]>[0];
type Streamed = Awaited<ReturnType<Model["doStream"]>>;
type Part = Streamed["stream"] extends ReadableStream<infer Known> ? Known : never;
type Generated = Awaited<ReturnType<Model["doGenerate"]>>;

/** The same, bit by bit. */
function partsOf({ content, finishReason, usage, warnings }: Generated): Part[] {
  const parts = content.flatMap((part): Part[] => {
    if (part.type !== "text") return [part as Part];
    const deltas = part.text.split(/(?<= )/).map((delta) => ({ type: "text-delta" as const, id: "0", delta }));
    return [{ type: "text-start", id: "0" }, ...deltas, { type: "text-end", id: "0" }];
  });
  return [{ type: "stream-start", warnings }, ...parts, { type: "finish", finishReason, usage }];
}

@Injectable()
export class Models {
  /** What models do, by the task that they are given. */
  readonly scripts = new Map<string, readonly Turn[]>();
  /** What models were told of their tool calls. */
  readonly told: string[] = [];
  /** Each time that a model was asked, by its name. */
  readonly asked: string[] = [];

  named(modelId: string): Model {
    const next = (options: Options) => {
      this.asked.push(modelId);
      return this.#next(options);
    };
    return new MockLanguageModelV3({
      modelId,
      doGenerate: async (options) => next(options),
      doStream: async (options) => ({ stream: simulateReadableStream({ chunks: partsOf(next(options)) }) }),
    });
  }

  #next({ prompt }: Options): Generated {
    const task = prompt.flatMap((message) =>
      message.role === "user" ? message.content.flatMap((part) => (part.type === "text" ? [part.text] : [])) : [],
    )[0];
    const last = prompt.at(-1);
    if (last?.role === "tool") {
      for (const part of last.content)
        if (part.type === "tool-result" && "value" in part.output) this.told.push(String(part.output.value));
    }
    const turn = this.scripts.get(task ?? "")?.[prompt.filter(({ role }) => role === "assistant").length] ?? {};
    const { text = "", calls = [] } = turn;
    const made = calls.map(({ tool, input }, i) => ({
      type: "tool-call" as const,
      toolCallId: `call-${prompt.length}-${i}`,
      toolName: tool,
      input: JSON.stringify(input),
    }));
    return {
      content: made.length > 0 ? made : [{ type: "text", text }],
      finishReason: { unified: made.length > 0 ? "tool-calls" : "stop", raw: undefined },
      usage: {
        inputTokens: { total: 30, noCache: 30, cacheRead: 0, cacheWrite: 0 },
        outputTokens: { total: 10, text: 10, reasoning: 0 },
      },
      warnings: [],
    };
  }
}
