// What routes declare of the problems they answer with: statuses, codes and an example each, from the table.

import { type ProblemCode, problemStatus, problemTitle, problemType } from '../problem/problems.ts';
import { PROBLEM_MEDIA_TYPE } from '../problem/send-problem.ts';

const REFERENCE = { $ref: 'Problem#' };

function exampleOf(code: ProblemCode): object {
  return {
    summary: problemTitle(code),
    value: {
      type: problemType(code),
      title: problemTitle(code),
      status: problemStatus(code),
      detail: problemTitle(code),
      code,
      requestId: 'req-1',
    },
  };
}

function response(codes: readonly ProblemCode[], description: string): object {
  const examples = Object.fromEntries(codes.map((code) => [code, exampleOf(code)]));
  return { description, content: { [PROBLEM_MEDIA_TYPE]: { schema: REFERENCE, examples } } };
}

/** What any route may answer. */
const ANY: object = response(
  [
    'UNAUTHENTICATED',
    'NOT_AUTHORIZED',
    'FORBIDDEN_ORIGIN',
    'TOO_MANY_REQUESTS',
    'LIMIT_EXCEEDED',
    'CONNECTION_LOST',
    'STORAGE_ERROR',
  ],
  'Any other problem: of the caller’s identity, rights or rate, of the connection to the broker, of the broker and its limits.',
);

/** The problems of a route beyond those that any route has. */
export function problems(...codes: readonly ProblemCode[]): { readonly [status: string]: object } {
  const declared = [...grouped(codes)].map(([status, of]) => [
    `${status}`,
    response(of, of.join(', ')),
  ]);
  return { ...(Object.fromEntries(declared) as { [status: string]: object }), default: ANY };
}

function grouped(codes: readonly ProblemCode[]): Map<number, ProblemCode[]> {
  const byStatus = new Map<number, ProblemCode[]>();
  for (const code of codes) {
    const status = problemStatus(code);
    byStatus.set(status, [...(byStatus.get(status) ?? []), code]);
  }
  return byStatus;
}

/** Of every route with a JSON body. */
export const BODY_PROBLEMS = [
  'INVALID_REQUEST',
  'MALFORMED_JSON',
  'UNSUPPORTED_MEDIA_TYPE',
  'BODY_TOO_LARGE',
] as const satisfies readonly ProblemCode[];
