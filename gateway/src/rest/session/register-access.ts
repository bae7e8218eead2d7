// POST /session/access: what the caller may do to topics and groups, asked before it is tried. It asks for nobody else.

import { LIMITS } from '@millrace/protocol';
import type { Static } from 'typebox';
import type { App, Services } from '../../services.ts';
import { BODY_PROBLEMS, problems } from '../openapi/responses.ts';
import { closed, word } from '../schemas/shapes.ts';
import { Type } from '../schemas/type.ts';
import { SESSION_ROUTE } from './session-schemas.ts';

const ASKED_MAX = 100;
const NAME_MAX = Math.max(LIMITS.topicNameBytesMax, LIMITS.groupNameBytesMax);

const Question = closed({
  operation: word(['describe', 'read', 'write', 'create', 'alter', 'delete']),
  resource: word(['topic', 'group']),
  name: Type.String({ description: 'Of the topic or the group.', maxLength: NAME_MAX }),
});

const Asked = closed(
  { items: Type.Array(Question, { maxItems: ASKED_MAX }) },
  { examples: [{ items: [{ operation: 'alter', resource: 'group', name: 'mails' }] }] },
);
export type AccessAsked = Static<typeof Asked>;

const Told = closed({
  items: Type.Array(closed({ allowed: Type.Boolean({ description: 'The caller may.' }) }), {
    description: 'One an item of the question.',
  }),
});
export type AccessTold = Static<typeof Told>;

export function registerAccess(app: App, { visitors, sessionOf }: Services): void {
  app.post(
    `${SESSION_ROUTE}/access`,
    {
      schema: {
        operationId: 'checkSessionAccess',
        summary: 'Whether the caller may do something to topics and groups',
        description:
          'By the rules as they are now: they may be others by the time it is done. Also of names that nothing has.',
        tags: ['session'],
        body: Asked,
        response: { 200: Told, ...problems(...BODY_PROBLEMS) },
      },
    },
    async ({ raw, body: { items } }) => {
      if (visitors === undefined) return { items: items.map(() => ({ allowed: true })) };
      const { answers } = await sessionOf(raw).client.admin.security.checkAccess(items);
      return { items: answers.map(({ allowed }) => ({ allowed })) };
    },
  );
}
