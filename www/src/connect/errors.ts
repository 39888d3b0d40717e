// What a server refuses, or why there is no answer, in words for people.
import type { Diagnostic } from "portcullis";

interface Details {
  /** 0 where no answer came. */
  readonly status: number;
  readonly code: string;
  readonly remedy: string;
  readonly diagnostics?: readonly Diagnostic[] | undefined;
}

export class ServerError extends Error {
  readonly status: number;
  readonly code: string;
  readonly remedy: string;
  readonly diagnostics: readonly Diagnostic[];

  constructor(message: string, { status, code, remedy, diagnostics = [] }: Details) {
    super(message);
    this.status = status;
    this.code = code;
    this.remedy = remedy;
    this.diagnostics = diagnostics;
  }

  /** Whether the server may have done what it was asked all the same. */
  get isOpen(): boolean {
    return this.status === 0 || this.code === "outcome_unknown" || this.status === 500;
  }
}

export function unreachable(address: string): ServerError {
  return new ServerError(`Nothing answers at ${address}.`, {
    status: 0,
    code: "unreachable",
    remedy: "See whether the server runs and the address is right, and try again.",
  });
}

export function noServer(address: string, status: number): ServerError {
  return new ServerError(`What answers at ${address} is no Portcullis server.`, {
    status,
    code: "no_server",
    remedy: "Open the page from the server itself: `portcullis serve --page www/dist` prints the address.",
  });
}

export function ofFiles(): ServerError {
  return new ServerError("This server reads its policies from files and stores none.", {
    status: 404,
    code: "route_not_found",
    remedy: "Edit those files, which it follows. Or start it with a place to store policies: `--data` or `--database`.",
  });
}

export function refusedAddress(address: string, own: string): ServerError {
  return new ServerError(`This page may talk to ${own} alone, and not to ${address}.`, {
    status: 0,
    code: "address_refused",
    remedy: `Serve the page from there (\`portcullis serve --page www/dist\`). Or name that origin in the page’s Content-Security-Policy, under connect-src, and start the server with \`--allow-origin ${own}\`.`,
  });
}

/** A problem as RFC 9457 has it. */
export function problemOf(status: number, body: unknown): ServerError | undefined {
  const { code, detail, remedy, diagnostics } = (body ?? {}) as Record<string, unknown>;
  if (typeof code !== "string" || typeof detail !== "string") return undefined;
  if (status === 401) {
    return new ServerError("The server does not accept this token.", {
      status,
      code,
      remedy:
        "Tokens that a server makes for itself end with its process, and keys may be revoked. Use the link that `portcullis serve` prints, or ask for a key.",
    });
  }
  return new ServerError(sentence(detail), {
    status,
    code,
    remedy: typeof remedy === "string" ? remedy : "",
    diagnostics: Array.isArray(diagnostics) ? (diagnostics as Diagnostic[]) : [],
  });
}

function sentence(text: string): string {
  const upper = text.charAt(0).toUpperCase() + text.slice(1);
  return /[.!?]$/.test(upper) ? upper : `${upper}.`;
}

/** Whatever was thrown, in one sentence or two. */
export function wordsOf(error: unknown): string {
  if (error instanceof ServerError) return `${error.message} ${error.remedy}`.trim();
  return error instanceof Error ? error.message : String(error);
}
