// The engine's side of the page: reads, decides and compares, so that typing never waits.
import { ready } from "portcullis";
import { stringify } from "yaml";
import { formatJson } from "../source/format.js";
import { read } from "../source/read.js";
import { SourceError } from "../source/source.js";
import { analyse, cellOf, matrixOf } from "./analyse.js";
import { compare, NotComparable } from "./compare.js";
import type { Answer, Ask, Envelope } from "./protocol.js";
import { recall } from "./recall.js";

/** Each comparison has a number; the one that is not the newest stops. */
let newest = 0;

addEventListener("message", async ({ data }: MessageEvent<Envelope<Ask>>) => {
  const { id, body } = data;
  if (body.kind === "stop") {
    newest++;
    return;
  }
  const answer = (answer: Answer) => postMessage({ id, body: answer } satisfies Envelope<Answer>);
  try {
    await ready();
    answer(await answerTo(body, answer));
  } catch (error) {
    answer({ kind: "failed", message: explained(error) });
  }
});

async function answerTo(ask: Exclude<Ask, { kind: "stop" }>, answer: (answer: Answer) => void): Promise<Answer> {
  switch (ask.kind) {
    case "analyse":
      return { kind: "analysis", analysis: analyse(ask.texts) };
    case "matrix":
      return { kind: "matrix", matrix: matrixOf(ask.matrix) };
    case "cell":
      return { kind: "cell", preview: cellOf(ask.texts, ask.user, ask.tool) };
    case "convert": {
      const { value } = read(ask.text);
      const text = ask.to === "json" ? `${formatJson(value)}\n` : stringify(value, { lineWidth: 100 });
      return { kind: "converted", text };
    }
    case "recall":
      return { kind: "drift", drift: recall(ask.texts, ask.logged) };
    case "compare": {
      const mine = ++newest;
      const report = (comparison: Parameters<Parameters<typeof compare>[1]>[0]) =>
        answer({ kind: "comparison", comparison });
      const comparison = await compare(ask.comparing, report, () => mine !== newest);
      return { kind: "comparison", comparison };
    }
  }
}

function explained(error: unknown): string {
  if (error instanceof SourceError || error instanceof NotComparable) return error.message;
  return error instanceof Error ? error.message : String(error);
}
