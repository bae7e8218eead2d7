// Whatever is thrown, as problem details (RFC 9457). It is the only writer of such answers.

import { type ErrorDetail, type ErrorName, MillraceError } from '@millrace/protocol';
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import {
  HttpProblem,
  isGivenUp,
  type ProblemCode,
  problemStatus,
  problemTitle,
  problemType,
} from './problems.ts';

export const PROBLEM_MEDIA_TYPE = 'application/problem+json';

/** What an error says besides its text, without what it does not say. */
interface Said {
  field?: string;
  limit?: string;
  retryAfterMs?: number;
  endOffset?: number;
}

function saidOf({ field, limit, retryAfterMs, endOffset }: ErrorDetail): Said {
  const said: Said = {};
  if (field !== undefined) said.field = field;
  if (limit !== undefined) said.limit = limit;
  if (retryAfterMs !== undefined) said.retryAfterMs = retryAfterMs;
  if (endOffset !== undefined) said.endOffset = endOffset;
  return said;
}

/** What a refused request is told; see the schema `Problem`. */
export interface Problem extends Said {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly code: ProblemCode;
  readonly requestId: string;
}

/** What fastify and its plugins refuse requests with, by their codes. */
const FRAMEWORK_CODES: { readonly [code: string]: ProblemCode | undefined } = {
  FST_ERR_NOT_FOUND: 'UNKNOWN_ROUTE',
  FST_ERR_BAD_URL: 'MALFORMED_URL',
  FST_ERR_MAX_PARAM_LENGTH: 'INVALID_NAME',
  FST_ERR_VALIDATION: 'INVALID_REQUEST',
  FST_ERR_CTP_BODY_TOO_LARGE: 'BODY_TOO_LARGE',
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'UNSUPPORTED_MEDIA_TYPE',
  FST_ERR_CTP_EMPTY_JSON_BODY: 'MALFORMED_JSON',
  FST_ERR_CTP_INVALID_JSON_BODY: 'MALFORMED_JSON',
  FST_ERR_HANDLER_TIMEOUT: 'DEADLINE_EXCEEDED',
};

/** For errors of other plugins, which have a status only. */
const STATUS_CODES: { readonly [status: number]: ProblemCode | undefined } = {
  401: 'UNAUTHENTICATED',
  403: 'FORBIDDEN',
  404: 'UNKNOWN_ROUTE',
  405: 'METHOD_NOT_ALLOWED',
  406: 'NOT_ACCEPTABLE',
  408: 'REQUEST_TIMEOUT',
  413: 'BODY_TOO_LARGE',
  415: 'UNSUPPORTED_MEDIA_TYPE',
  429: 'TOO_MANY_REQUESTS',
  431: 'HEADERS_TOO_LARGE',
  503: 'OVERLOADED',
};

const HIDDEN = 'The gateway met a fault of its own; its log says more under this request id.';

interface Told {
  readonly code: ProblemCode;
  readonly detail: string;
  readonly more: ErrorDetail;
}

function toldOf(error: unknown): Told {
  if (error instanceof MillraceError || error instanceof HttpProblem) {
    // Whoever still reads this did not go away: it is the gateway that gave up.
    if (isGivenUp(error.code)) return told('SHUTTING_DOWN', 'The gateway is shutting down.');
    return { code: error.code, detail: error.message, more: error.detail };
  }
  const { code, statusCode, message } = (error ?? {}) as Partial<FastifyError>;
  const known = FRAMEWORK_CODES[code ?? ''] ?? STATUS_CODES[statusCode ?? 0];
  if (known !== undefined) return told(known, message ?? problemTitle(known));
  const isOfCaller = statusCode !== undefined && statusCode >= 400 && statusCode < 500;
  return isOfCaller ? told('MALFORMED_BODY', message ?? '') : told('INTERNAL', HIDDEN);
}

function told(code: ProblemCode, detail: string): Told {
  return { code, detail, more: {} };
}

/** The members of a problem, without those that say nothing. */
export function problemOf(error: unknown, requestId: string): Problem {
  const { code, detail, more } = toldOf(error);
  return {
    type: problemType(code),
    title: problemTitle(code),
    status: problemStatus(code),
    detail,
    code,
    ...saidOf(more),
    requestId,
  };
}

/** What came of one item of a batch, where it failed. */
export interface ItemProblem extends Said {
  readonly code: ErrorName;
  readonly detail: string;
}

export function itemProblem(error: unknown): ItemProblem {
  if (!(error instanceof MillraceError)) throw error;
  return { code: error.code, detail: error.message, ...saidOf(error.detail) };
}

/** Answers with problem details. A caller that went away hears nothing of it. */
export function sendProblem(error: unknown, request: FastifyRequest, reply: FastifyReply): void {
  const problem = withLimit(problemOf(error, request.id), request);
  if (problem.code === 'INTERNAL')
    request.log.error({ event: 'http_fault', err: error }, 'A request met a fault.');
  if (problem.retryAfterMs !== undefined) {
    reply.header('retry-after', Math.max(1, Math.ceil(problem.retryAfterMs / 1_000)));
  }
  if (problem.status === 401 && reply.getHeader('www-authenticate') === undefined) {
    reply.header('www-authenticate', challengeFor(request));
  }
  // What fastify refuses ahead of all hooks has no id yet.
  if (!reply.hasHeader('x-request-id')) reply.header('x-request-id', request.id);
  // As bytes: whatever serializer the route has, it leaves them alone.
  reply
    .code(problem.status)
    .header('cache-control', 'no-store')
    .header('content-type', PROBLEM_MEDIA_TYPE)
    .serializer((payload: unknown) => JSON.stringify(payload))
    .send(problem);
}

/** To a script `Basic` is not offered: its browser would ask for a password in a window of its own. */
function challengeFor({ headers }: FastifyRequest): string {
  const isScript =
    headers['sec-fetch-site'] === 'same-origin' && headers['sec-fetch-mode'] !== 'navigate';
  return isScript ? 'Bearer' : 'Bearer, Basic realm="millrace"';
}

/** Fastify does not say how large a body may be. */
function withLimit(problem: Problem, { routeOptions }: FastifyRequest): Problem {
  if (problem.code !== 'BODY_TOO_LARGE' || problem.limit !== undefined) return problem;
  const { bodyLimit } = routeOptions;
  return bodyLimit === undefined ? problem : { ...problem, limit: `${bodyLimit} bytes` };
}

/** For `setNotFoundHandler`. */
export function sendNotFound(request: FastifyRequest, reply: FastifyReply): void {
  const path = request.url.split('?', 1)[0] ?? '';
  sendProblem(
    new HttpProblem('UNKNOWN_ROUTE', `Nothing is at ${request.method} ${path}.`),
    request,
    reply,
  );
}
