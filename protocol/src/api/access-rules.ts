// APIs of access rules: who may do what, and why.

import { LIMITS } from '../limits.ts';
import { api, array, bool, choice, int, nullable, string, struct } from '../schema.ts';
import { userName } from './users.ts';

/** What rules speak of. */
export const RESOURCE_KINDS = ['topic', 'group', 'cluster'] as const;
/** The kinds of things that rules speak of. */
export type ResourceKind = (typeof RESOURCE_KINDS)[number];

/** What may be done. Read, write, alter and delete include describe; all includes everything. */
export const OPERATIONS = [
  'all',
  'describe',
  'read',
  'write',
  'create',
  'alter',
  'delete',
  'delegate',
] as const;
/** The names of the operations. */
export type OperationName = (typeof OPERATIONS)[number];

/** What a rule does. */
export const ACL_EFFECTS = ['allow', 'deny'] as const;
/** How a rule's name is meant. */
export const ACL_PATTERNS = ['literal', 'prefix'] as const;
const rule = struct('An access rule.', {
  user: string('Name of a user, or * for every user.', LIMITS.userNameBytesMax),
  effect: choice('Deny wins over allow.', ACL_EFFECTS),
  resource: choice('What it speaks of.', RESOURCE_KINDS),
  pattern: choice('The name is the whole name, or its beginning.', ACL_PATTERNS),
  name: string('Name or beginning of names; of the cluster: empty.', LIMITS.topicNameBytesMax),
  operation: choice('What may be done.', OPERATIONS),
});

export const alterAcls = api({
  key: 91,
  name: 'AlterAcls',
  about: 'Take access rules away and add others, all or none of it.',
  versions: { min: 1, max: 1 },
  idempotent: true,
  request: {
    add: array('Rules that shall be there.', rule, LIMITS.aclChangesMax),
    remove: array('Rules that shall not be there.', rule, LIMITS.aclChangesMax),
  },
  response: { added: int('Rules that were not there.'), removed: int('Rules that were there.') },
  errors: ['UNKNOWN_USER', 'INVALID_REQUEST', 'LIMIT_EXCEEDED', 'STORAGE_ERROR'],
});

export const listAcls = api({
  key: 92,
  name: 'ListAcls',
  about: 'Access rules by user, resource and name.',
  versions: { min: 1, max: 1 },
  idempotent: true,
  request: {
    user: nullable(string('Those of this user, or *; absent: all.', LIMITS.userNameBytesMax)),
  },
  response: { rules: array('Rules.', rule, LIMITS.aclRulesMax) },
  errors: [],
});

export const checkAccess = api({
  key: 93,
  name: 'CheckAccess',
  about: 'Whether a user may do something, and by which rule; absent: the one who asks.',
  versions: { min: 1, max: 1 },
  idempotent: true,
  request: {
    user: nullable(userName),
    items: array(
      'What is asked for.',
      struct('A question.', {
        operation: choice('What would be done.', OPERATIONS),
        resource: choice('To what.', RESOURCE_KINDS),
        name: string('Its name; of the cluster: empty.', LIMITS.topicNameBytesMax),
      }),
      LIMITS.aclChangesMax,
    ),
  },
  response: {
    user: nullable(userName),
    superuser: bool('It may do everything.'),
    answers: array(
      'An answer an item.',
      struct('An answer.', { allowed: bool('It may.'), rule: nullable(rule) }),
      LIMITS.aclChangesMax,
    ),
  },
  errors: ['UNKNOWN_USER', 'NOT_AUTHORIZED'],
});
