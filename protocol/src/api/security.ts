// APIs of logging in, and what gateways ask of those they act for. GetAccessKey alone gives a secret, and to gateways alone.

import { LIMITS } from '../limits.ts';
import { api, bool, bytes, choice, nullable, string } from '../schema.ts';
import { accessKeyId, expiresAtMs, userName } from './users.ts';

/** How a client may show who it is. */
export const MECHANISMS = ['SCRAM-SHA-256', 'TOKEN', 'EXTERNAL'] as const;
/** The names of the mechanisms. */
export type MechanismName = (typeof MECHANISMS)[number];

/** What CheckCredential looks at. */
export const SECRET_KINDS = ['password', 'token'] as const;

const remoteAddress = nullable(
  string('Address of who showed it, for throttling and the audit log.', 64),
);

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
  request: {
    accessKeyId,
    remoteAddress,
    signatureFailed: bool(
      'The secret was right here, and the signature is not its: for the audit log.',
      {
        fallback: false,
      },
    ),
  },
  response: {
    user: userName,
    secret: string('The secret.', LIMITS.accessKeySecretBytesMax),
    expiresAtMs,
  },
  errors: ['UNKNOWN_ACCESS_KEY', 'SECRETS_LOCKED', 'NOT_AUTHORIZED'],
});
