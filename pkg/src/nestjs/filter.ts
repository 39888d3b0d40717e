// What clients of an HTTP application are told of a call that was stopped.
import { type ArgumentsHost, Catch, type ExceptionFilter, Inject } from "@nestjs/common";
import { HttpAdapterHost } from "@nestjs/core";
import { ApprovalRequiredError, PolicyDeniedError } from "../engine/errors.js";
import { CallDeniedError } from "../service/enforce/index.js";

/** By code; all others are 403. */
const STATUS: Readonly<Record<string, number>> = {
  invalid_request: 400,
  input_not_json: 400,
  not_digestible: 400,
  limit_exceeded: 429,
  engine_failure: 503,
  policies_unavailable: 503,
  facts_unavailable: 503,
  limiter_unavailable: 503,
  approvals_unavailable: 503,
};

/**
 * Answers with a problem (RFC 9457) that says what the error's `toJSON` says: no thresholds, no values, no stack. 429 has
 * `Retry-After` where the limiter says when.
 *
 * @example
 * providers: [{ provide: APP_FILTER, useClass: PolicyErrorFilter }]
 */
export class PolicyErrorFilter implements ExceptionFilter {
  readonly #host: HttpAdapterHost;

  constructor(host: HttpAdapterHost) {
    this.#host = host;
  }

  catch(error: PolicyDeniedError | ApprovalRequiredError, host: ArgumentsHost): void {
    const { httpAdapter } = this.#host;
    const response = host.switchToHttp().getResponse();
    const status = STATUS[error.code] ?? 403;
    const { name, message, ...members } = error.toJSON();
    const title = ApprovalRequiredError.is(error) ? "Approval required" : "Denied";
    const wait = CallDeniedError.is(error) ? (error.limit?.retry_after_ms ?? null) : null;
    if (wait !== null) httpAdapter.setHeader(response, "Retry-After", String(Math.ceil(wait / 1_000)));
    httpAdapter.setHeader(response, "Content-Type", "application/problem+json");
    // As text: adapters would say of an object that it is application/json.
    const problem = JSON.stringify({ type: "about:blank", title, status, detail: message, ...members });
    httpAdapter.reply(response, problem, status);
  }
}

Catch(PolicyDeniedError, ApprovalRequiredError)(PolicyErrorFilter);
Inject(HttpAdapterHost)(PolicyErrorFilter, undefined, 0);
