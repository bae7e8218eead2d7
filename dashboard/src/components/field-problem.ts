// What the page itself finds wrong in a form, said as the gateway would. Pure: models and tests use it without a page.

import { Problem } from '../api/problem.ts';

/** Says that a field is wrong, as the gateway would. */
export function fieldProblem(field: string, detail: string): Problem {
  return new Problem(0, { code: 'INVALID_REQUEST', field, detail });
}
