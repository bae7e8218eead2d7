// APIs of users and what they show themselves by. No reply holds a password, a token or a secret, but the two that make one, once.

import { LIMITS } from '../limits.ts';
import { api, array, bool, bytes, int, nullable, string, struct } from '../schema.ts';

export const userName = string('Name of the user.', LIMITS.userNameBytesMax);
const tokenId = string('Id of the token; it is no secret.', LIMITS.credentialIdBytesMax);
export const accessKeyId = string(
  'Id of the access key; it is no secret.',
  LIMITS.credentialIdBytesMax,
);
export const expiresAtMs = nullable(int('It is good until then, ms since 1970; absent: for ever.'));
const label = nullable(string('What it is for, for people.', LIMITS.credentialLabelBytesMax));

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
  request: {
    tokenId,
    token: nullable(
      string('The token itself: who shows it needs no right.', LIMITS.credentialsBytesMax),
    ),
  },
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
