// What each problem means, under the path that its `type` names.

import { ERRORS, type ErrorName } from '@millrace/protocol';
import type { App } from '../../services.ts';
import { problems } from '../openapi/responses.ts';
import { closed, word } from '../schemas/shapes.ts';
import { Type } from '../schemas/type.ts';
import {
  HttpProblem,
  isProblemCode,
  PROBLEM_CODES,
  type ProblemCode,
  problemStatus,
  problemTitle,
  problemType,
} from './problems.ts';

const ACTIONS = ['retry', 'refresh', 'rejoin', 'give up'] as const;

const ProblemPage = closed({
  type: Type.String({ description: 'Path of this page.' }),
  code: Type.String(),
  status: Type.Integer(),
  title: Type.String(),
  action: word(ACTIONS, { description: 'What helps.' }),
});

function pageOf(code: ProblemCode) {
  const action = Object.hasOwn(ERRORS, code) ? ERRORS[code as ErrorName].action : 'give up';
  const status = problemStatus(code);
  return { type: problemType(code), code, status, title: problemTitle(code), action };
}

export function registerProblemPages(app: App): void {
  app.get(
    '/problems',
    {
      schema: {
        operationId: 'listProblems',
        summary: 'All kinds of problems',
        tags: ['meta'],
        response: { 200: closed({ problems: Type.Array(ProblemPage) }), ...problems() },
      },
    },
    () => ({ problems: PROBLEM_CODES.map(pageOf) }),
  );
  app.get(
    '/problems/:code',
    {
      schema: {
        operationId: 'describeProblem',
        summary: 'What a problem means',
        tags: ['meta'],
        params: closed({ code: Type.String({ maxLength: 64, examples: ['UNKNOWN_TOPIC'] }) }),
        response: { 200: ProblemPage, ...problems('UNKNOWN_PROBLEM', 'INVALID_REQUEST') },
      },
    },
    ({ params: { code } }) => {
      if (!isProblemCode(code)) throw new HttpProblem('UNKNOWN_PROBLEM');
      return pageOf(code);
    },
  );
}
