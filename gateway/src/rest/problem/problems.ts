// Every problem a REST route can answer with: the protocol's error table, and what only HTTP knows, in one table. It
// sends nothing.

import { ERRORS, type ErrorDetail, type ErrorName } from '@millrace/protocol';

interface ProblemSpec {
  readonly http: number;
  readonly text: string;
}

// biome-ignore format: a table reads best with one line a problem.
const HTTP_PROBLEMS = {
  MALFORMED_URL: { http: 400, text: 'The path or the query string cannot be decoded.' },
  MALFORMED_JSON: { http: 400, text: 'The body is not JSON in UTF-8.' },
  MALFORMED_BODY: { http: 400, text: 'The body cannot be read.' },
  UNAUTHENTICATED: { http: 401, text: 'The request says nobody whom the gateway knows.' },
  FORBIDDEN: { http: 403, text: 'The request is not allowed.' },
  FORBIDDEN_ORIGIN: { http: 403, text: 'A page from elsewhere may not do this.' },
  UNKNOWN_ROUTE: { http: 404, text: 'Nothing is at this path.' },
  UNKNOWN_PROBLEM: { http: 404, text: 'No problem has this code.' },
  METHOD_NOT_ALLOWED: { http: 405, text: 'The path does not take this method.' },
  NOT_ACCEPTABLE: { http: 406, text: 'The route has no answer of a type that the request accepts.' },
  REQUEST_TIMEOUT: { http: 408, text: 'The request took too long to arrive.' },
  BODY_TOO_LARGE: { http: 413, text: 'The body is larger than the gateway takes.' },
  UNSUPPORTED_MEDIA_TYPE: { http: 415, text: 'The route takes no body of this content type.' },
  TOO_MANY_REQUESTS: { http: 429, text: 'The caller has sent too many requests.' },
  HEADERS_TOO_LARGE: { http: 431, text: 'The headers are larger than the gateway takes.' },
} as const satisfies Record<string, ProblemSpec>;

export type ProblemCode = ErrorName | keyof typeof HTTP_PROBLEMS;

const CALLER_GONE = 499;

/** All codes, those of the protocol first. */
export const PROBLEM_CODES = [
  ...Object.keys(ERRORS),
  ...Object.keys(HTTP_PROBLEMS),
] as readonly ProblemCode[];

export function isProblemCode(code: string): code is ProblemCode {
  return Object.hasOwn(ERRORS, code) || Object.hasOwn(HTTP_PROBLEMS, code);
}

function specOf(code: ProblemCode): ProblemSpec {
  return Object.hasOwn(ERRORS, code)
    ? ERRORS[code as ErrorName]
    : HTTP_PROBLEMS[code as keyof typeof HTTP_PROBLEMS];
}

export function problemStatus(code: ProblemCode): number {
  return specOf(code).http;
}

/** The wait for an answer was given up: by the caller, or by the gateway. */
export function isGivenUp(code: ProblemCode): boolean {
  return problemStatus(code) === CALLER_GONE;
}

export function problemTitle(code: ProblemCode): string {
  return specOf(code).text;
}

/** The URL path that names a kind of problem, where a page says what it means. */
export function problemType(code: ProblemCode): string {
  return `/problems/${code}`;
}

/** What a hook or a route of the gateway refuses a request with, where the protocol has no error for it. */
export class HttpProblem extends Error {
  readonly code: keyof typeof HTTP_PROBLEMS;
  readonly detail: ErrorDetail;

  constructor(code: keyof typeof HTTP_PROBLEMS, message?: string, detail: ErrorDetail = {}) {
    super(message ?? HTTP_PROBLEMS[code].text);
    this.name = 'HttpProblem';
    this.code = code;
    this.detail = detail;
  }

  /** Fastify logs by it. */
  get statusCode(): number {
    return HTTP_PROBLEMS[this.code].http;
  }
}
