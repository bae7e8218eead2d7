// APIs of security: logging in, users and what they show themselves by, access rules. No reply holds a password, a
// token or a secret, but the two that make one, once, and GetAccessKey, for gateways alone.

import { LIMITS } from '../limits.ts';
import { api, array, bool, bytes, choice, int, nullable, string, struct } from '../schema.ts';

/** How a client may show who it is. */
export const MECHANISMS = ['SCRAM-SHA-256', 'TOKEN', 'EXTERNAL'] as const;
export type MechanismName = (typeof MECHANISMS)[number];

/** What rules speak of. */
export const RESOURCE_KINDS = ['topic', 'group', 'cluster'] as const;
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
export type OperationName = (typeof OPERATIONS)[number];

export const ACL_EFFECTS = ['allow', 'deny'] as const;
export const ACL_PATTERNS = ['literal', 'prefix'] as const;
/** What CheckCredential looks at. */
export const SECRET_KINDS = ['password', 'token'] as const;

const userName = string('Name of the user.', LIMITS.userNameBytesMax);
const tokenId = string('Id of the token; it is no secret.', LIMITS.credentialIdBytesMax);
const accessKeyId = string('Id of the access key; it is no secret.', LIMITS.credentialIdBytesMax);
const expiresAtMs = nullable(int('It is good until then, ms since 1970; absent: for ever.'));
const label = nullable(string('What it is for, for people.', LIMITS.credentialLabelBytesMax));
const remoteAddress = nullable(
  string('Address of who showed it, for throttling and the audit log.', 64),
);

/** RFC 5802: a broker that holds these can check a password and cannot tell it. */
const scramVerifier = struct('What SCRAM-SHA-256 needs of a password.', {
  salt: bytes('Salt.', 64),
  iterations: int('Rounds of PBKDF2.', {
    min: LIMITS.scramIterationsMin,
    max: LIMITS.scramIterationsMax,
  }),
  storedKey: bytes('SHA-256 of the client key.', 32),
  serverKey: bytes('The server key.', 32),
});

const rate = (what: string) =>
  nullable(int(`${what}; absent: the broker's own setting.`, { min: 1, max: LIMITS.quotaMax }));
const quotas = struct('What the user may use, in all its connections together.', {
  produceBytesPerSecond: rate('Bytes of batches produced a second'),
  fetchBytesPerSecond: rate('Bytes of batches fetched or received a second'),
  requestsPerSecond: rate('Requests a second'),
});

const rule = struct('An access rule.', {
  user: string('Name of a user, or * for every user.', LIMITS.userNameBytesMax),
  effect: choice('Deny wins over allow.', ACL_EFFECTS),
  resource: choice('What it speaks of.', RESOURCE_KINDS),
  pattern: choice('The name is the whole name, or its beginning.', ACL_PATTERNS),
  name: string('Name or beginning of names; of the cluster: empty.', LIMITS.topicNameBytesMax),
  operation: choice('What may be done.', OPERATIONS),
});

export const authenticate = api({
  key: 80,
  name: 'Authenticate',
  about: 'The next message of the mechanism that Hello began.',
  versions: { min: 1, max: 1 },
  idempotent: false,
  request: { credentials: bytes('Message of the mechanism.', LIMITS.credentialsBytesMax) },
  response: {
    challenge: nullable(bytes('Next message of the broker.', LIMITS.credentialsBytesMax)),
    user: nullable(string('Who the connection is from now on.', LIMITS.userNameBytesMax)),
  },
  errors: ['AUTHENTICATION_FAILED', 'INVALID_REQUEST'],
});

export const checkCredential = api({
  key: 81,
  name: 'CheckCredential',
  about: 'Who a password or token belongs to; for gateways, which act for others.',
  versions: { min: 1, max: 1 },
  idempotent: true,
  request: {
    kind: choice('What is shown.', SECRET_KINDS),
    user: nullable(userName),
    secret: string('The password or the token.', LIMITS.credentialsBytesMax),
    remoteAddress,
  },
  response: { user: userName, expiresAtMs },
  errors: ['AUTHENTICATION_FAILED', 'NOT_AUTHORIZED'],
});

export const getAccessKey = api({
  key: 82,
  name: 'GetAccessKey',
  about: 'The secret of an access key, to check signatures with; for gateways.',
  versions: { min: 1, max: 1 },
  idempotent: true,
  request: { accessKeyId, remoteAddress },
  response: {
    user: userName,
    secret: string('The secret.', LIMITS.accessKeySecretBytesMax),
    expiresAtMs,
  },
  errors: ['UNKNOWN_ACCESS_KEY', 'SECRETS_LOCKED', 'NOT_AUTHORIZED'],
});

export const createUser = api({
  key: 83,
  name: 'CreateUser',
  about: 'Make a user.',
  versions: { min: 1, max: 1 },
  idempotent: false,
  request: {
    user: userName,
    password: nullable(scramVerifier),
    superuser: bool('It may do everything, whatever the rules say.', { fallback: false }),
    quotas: nullable(quotas),
  },
  response: {},
  errors: ['USER_EXISTS', 'INVALID_NAME', 'INVALID_REQUEST', 'LIMIT_EXCEEDED', 'STORAGE_ERROR'],
});

export const alterUser = api({
  key: 84,
  name: 'AlterUser',
  about:
    'Change a user; absent fields stay as they are. Its open connections end where it may not log in any more.',
  versions: { min: 1, max: 1 },
  idempotent: true,
  request: {
    user: userName,
    password: nullable(scramVerifier),
    removePassword: bool('It has no password any more.', { fallback: false }),
    superuser: nullable(bool('It may do everything, whatever the rules say.')),
    disabled: nullable(bool('It may not log in.')),
    quotas: nullable(quotas),
  },
  response: {},
  errors: ['UNKNOWN_USER', 'INVALID_REQUEST', 'STORAGE_ERROR'],
});

export const deleteUser = api({
  key: 85,
  name: 'DeleteUser',
  about: 'Delete a user with its tokens, access keys and rules, and end its connections.',
  versions: { min: 1, max: 1 },
  idempotent: false,
  request: { user: userName },
  response: {
    tokens: int('Tokens deleted.'),
    accessKeys: int('Access keys deleted.'),
    rules: int('Rules deleted.'),
  },
  errors: ['UNKNOWN_USER', 'STORAGE_ERROR'],
});

export const listUsers = api({
  key: 86,
  name: 'ListUsers',
  about: 'Users by name, with their tokens and access keys; nothing secret.',
  versions: { min: 1, max: 1 },
  idempotent: true,
  request: {
    users: nullable(array('Users asked for; absent: all.', userName, LIMITS.usersMax)),
    after: nullable(userName),
    limit: int('Users at most.', {
      min: 1,
      max: LIMITS.usersListedMax,
      fallback: LIMITS.usersListedMax,
    }),
  },
  response: {
    users: array(
      'Users.',
      struct('A user.', {
        user: userName,
        createdAtMs: int('ms since 1970.'),
        superuser: bool('It may do everything.'),
        disabled: bool('It may not log in.'),
        hasPassword: bool('It has a password.'),
        quotas,
        tokens: array(
          'Tokens.',
          struct('A token.', { tokenId, label, createdAtMs: int('ms since 1970.'), expiresAtMs }),
          LIMITS.credentialsPerUserMax,
        ),
        accessKeys: array(
          'Access keys.',
          struct('An access key.', {
            accessKeyId,
            label,
            createdAtMs: int('ms since 1970.'),
            expiresAtMs,
          }),
          LIMITS.credentialsPerUserMax,
        ),
      }),
      LIMITS.usersListedMax,
    ),
    hasMore: bool('There are further users.'),
  },
  errors: ['UNKNOWN_USER'],
});

export const createToken = api({
  key: 87,
  name: 'CreateToken',
  about: 'Make a token of a user. The broker keeps its hash: this reply alone has the token.',
  versions: { min: 1, max: 1 },
  idempotent: false,
  request: { user: userName, label, expiresAtMs },
  response: { tokenId, token: string('The token.', LIMITS.credentialsBytesMax) },
  errors: ['UNKNOWN_USER', 'INVALID_REQUEST', 'LIMIT_EXCEEDED', 'STORAGE_ERROR'],
});

export const revokeToken = api({
  key: 88,
  name: 'RevokeToken',
  about: 'Delete a token and end the connections that it opened.',
  versions: { min: 1, max: 1 },
  idempotent: false,
  request: { tokenId },
  response: { user: userName },
  errors: ['UNKNOWN_TOKEN', 'STORAGE_ERROR'],
});

export const createAccessKey = api({
  key: 89,
  name: 'CreateAccessKey',
  about: 'Make an access key of a user for the Amazon SQS API, or take one that exists elsewhere.',
  versions: { min: 1, max: 1 },
  idempotent: false,
  request: {
    user: userName,
    accessKeyId: nullable(accessKeyId),
    secret: nullable(string('The secret; absent: a new one.', LIMITS.accessKeySecretBytesMax)),
    label,
    expiresAtMs,
  },
  response: { accessKeyId, secret: string('The secret.', LIMITS.accessKeySecretBytesMax) },
  errors: [
    'UNKNOWN_USER',
    'ACCESS_KEY_EXISTS',
    'SECRETS_LOCKED',
    'INVALID_REQUEST',
    'LIMIT_EXCEEDED',
    'STORAGE_ERROR',
  ],
});

export const revokeAccessKey = api({
  key: 90,
  name: 'RevokeAccessKey',
  about: 'Delete an access key.',
  versions: { min: 1, max: 1 },
  idempotent: false,
  request: { accessKeyId },
  response: { user: userName },
  errors: ['UNKNOWN_ACCESS_KEY', 'STORAGE_ERROR'],
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
