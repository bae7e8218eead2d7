// Shapes of the session of a page, and where its routes are.

import type { Static } from 'typebox';
import { closed, orNull } from '../schemas/shapes.ts';
import { Type } from '../schemas/type.ts';

export const SESSION_ROUTE = '/session';

/** What a page asks to know before it offers something. */
export const CLUSTER_OPERATIONS = ['describe', 'create', 'alter', 'delete'] as const;

const may = (what: string) => Type.Boolean({ description: `It may ${what} on the cluster.` });

export const SessionInfo = closed(
  {
    authentication: Type.Unsafe<'required' | 'none'>({
      type: 'string',
      enum: ['required', 'none'],
      description: '`none`: nobody is asked who they are, and everybody may do everything.',
    }),
    user: orNull(
      Type.String({ description: 'Who asks; null: nobody has logged in, or nobody is asked.' }),
    ),
    superuser: Type.Boolean({ description: 'It may do everything.' }),
    cluster: closed({
      describe: may('look'),
      create: may('create topics and groups'),
      alter: may('change users and rules'),
      delete: may('delete'),
    }),
  },
  { title: 'SessionInfo' },
);
export type SessionInfo = Static<typeof SessionInfo>;

export const Login = closed(
  {
    token: Type.Optional(Type.String({ description: 'A token of a user.', maxLength: 4_096 })),
    user: Type.Optional(Type.String({ description: 'Or a user...', maxLength: 128 })),
    password: Type.Optional(
      Type.String({ description: '...with its password.', maxLength: 4_096 }),
    ),
  },
  { examples: [{ user: 'ada', password: 'a password' }] },
);
export type LoginShape = Static<typeof Login>;
