// The rows of security: users, what they show themselves by, and access rules. None holds a password, a token or a secret
// that can be read without a key from elsewhere.

import type { RequestOf } from '@millrace/protocol';

export type ScramVerifier = NonNullable<RequestOf<'CreateUser'>['password']>;
/** Null: the broker's own setting. */
export type UserQuotas = NonNullable<RequestOf<'CreateUser'>['quotas']>;

export type UserRow = {
  readonly createdAtMs: number;
  readonly superuser: boolean;
  readonly disabled: boolean;
  readonly password: ScramVerifier | null;
  readonly quotas: UserQuotas;
};

export type TokenRow = {
  readonly user: string;
  /** SHA-256 of the token. */
  readonly hash: Uint8Array;
  readonly label: string | null;
  readonly createdAtMs: number;
  readonly expiresAtMs: number | null;
};

export type AccessKeyRow = {
  readonly user: string;
  /** AES-256-GCM under the key given at the start: nonce, tag and ciphertext, bound to the id of the access key. */
  readonly sealedSecret: Uint8Array;
  readonly label: string | null;
  readonly createdAtMs: number;
  readonly expiresAtMs: number | null;
};

export type AclRow = RequestOf<'AlterAcls'>['add'][number];

/** A batch whose stored bytes fail their checksum. Its offsets are a gap to readers. */
export type QuarantineRow = {
  readonly lastOffset: number;
  readonly foundAtMs: number;
  readonly bytes: number;
  /** What is wrong with it, for people. */
  readonly fault: string;
  /** The batch as it was stored. */
  readonly content: Uint8Array;
};
