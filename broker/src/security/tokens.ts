// Tokens: their text, what is kept of them, and whose a token is. The secret is 256 random bits, so one round of SHA-256
// keeps it: there is nothing to guess.

import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { hasExpired, type Security } from '@millrace/core';

const ID_BYTES = 8;
const SECRET_BYTES = 32;
const HASH_BYTES = 32;
/** The id has no underscore, so that it ends at the first one. */
const TEXT = /^mr_([a-z0-9]{1,32})_[A-Za-z0-9_-]{43}$/;

interface NewToken {
  readonly tokenId: string;
  /** Kept nowhere. */
  readonly token: string;
  readonly hash: Uint8Array;
}

/** A token that is no row: of a principal that is built in. */
export interface BuiltInToken {
  readonly user: string;
  readonly hash: Uint8Array;
}

export interface TokenOwner {
  readonly user: string;
  readonly tokenId: string;
  readonly expiresAtMs: number | null;
}

/** Made ids are hexadecimal digits; those of built-in tokens are words. */
export function makeToken(tokenId = randomBytes(ID_BYTES).toString('hex')): NewToken {
  const token = `mr_${tokenId}_${randomBytes(SECRET_BYTES).toString('base64url')}`;
  return { tokenId, token, hash: hashToken(token) };
}

export function parseToken(text: string): { readonly tokenId: string } | undefined {
  const tokenId = TEXT.exec(text)?.[1];
  return tokenId === undefined ? undefined : { tokenId };
}

export function hashToken(text: string): Uint8Array {
  return createHash('sha256').update(text).digest();
}

/** Whose the token would be if it is one: for the throttle, before anything is looked at. */
export function claimedUser(security: Security, text: string): string | undefined {
  const tokenId = parseToken(text)?.tokenId;
  return tokenId === undefined ? undefined : security.tokenById(tokenId)?.user;
}

/** Undefined: nobody's, or no more. A disabled user has no tokens that are good for anything. */
export function whoseToken(
  security: Security,
  builtIn: readonly BuiltInToken[],
  text: string,
  nowMs: number,
): TokenOwner | undefined {
  const tokenId = parseToken(text)?.tokenId;
  if (tokenId === undefined) return undefined;
  const hash = hashToken(text);
  const own = builtIn.find((each) => timingSafeEqual(each.hash, hash));
  if (own !== undefined) return { user: own.user, tokenId, expiresAtMs: null };
  const row = rowOf(security, tokenId, hash);
  if (row === undefined || hasExpired(row, nowMs)) return undefined;
  if (security.userByName(row.user)?.disabled !== false) return undefined;
  return { user: row.user, tokenId, expiresAtMs: row.expiresAtMs };
}

/** Whether it is the token of this id, even if it is good for nothing: enough to take it away. */
export function isTokenOf(security: Security, tokenId: string, text: string): boolean {
  if (parseToken(text)?.tokenId !== tokenId) return false;
  return rowOf(security, tokenId, hashToken(text)) !== undefined;
}

function rowOf(security: Security, tokenId: string, hash: Uint8Array) {
  const row = security.tokenById(tokenId);
  const isSame = timingSafeEqual(row?.hash ?? new Uint8Array(HASH_BYTES), hash);
  return isSame ? row : undefined;
}
