// Asks the broker whose a password, a token or an access key is. It remembers answers for a few seconds and nothing longer.

import type { Client } from '@millrace/client';
import { LIMITS, MillraceError } from '@millrace/protocol';
import { type Dated, Remembered } from './remembered.ts';
import type { Shown } from './shown.ts';

/** Whom the broker knows by what was shown. */
export interface Owner extends Dated {
  readonly user: string;
}

export interface AccessKey extends Owner {
  readonly secret: string;
}

/** What is revoked in the broker is good for so long at most. */
export const REMEMBERED_MS = 5_000;

/** It shows its token and nothing else: authorities give out its name for many purposes. */
const ADMINISTRATOR = 'admin';

/** A broker that has too much to do is asked again for so long; a failure that it slows down takes up to 5 s. */
const PATIENCE = { timeoutMs: 10_000 };

export class Credentials {
  readonly #client: Client;
  readonly #owners: Remembered<Owner>;
  readonly #keys: Remembered<AccessKey>;

  constructor(client: Client, rememberedMs = REMEMBERED_MS) {
    this.#client = client;
    this.#owners = new Remembered({ ageMs: rememberedMs });
    this.#keys = new Remembered({ ageMs: rememberedMs });
  }

  /** `isAnew`: not what the broker said a moment ago. Throws AUTHENTICATION_FAILED, TOO_MANY_REQUESTS, OVERLOADED, and what asking the broker throws. */
  ownerOf(shown: Shown, remoteAddress: string, isAnew = false): Owner | Promise<Owner> {
    if (shown.kind === 'certificate') {
      if (isTooLong(shown.user, LIMITS.userNameBytesMax)) throw failed();
      if (shown.user === ADMINISTRATOR) throw failed();
      // TLS has looked at it; whether there is such a user is told when it is acted for.
      return { user: shown.user, expiresAtMs: null };
    }
    const { kind, secret } = shown;
    const user = kind === 'password' ? shown.user : null;
    if (isTooLong(secret, LIMITS.credentialsBytesMax)) throw failed();
    if (user !== null && isTooLong(user, LIMITS.userNameBytesMax)) throw failed();
    const mark = ownerMark(kind, user, secret);
    if (isAnew) this.#owners.forget(mark);
    return this.#owners.of(mark, remoteAddress, () =>
      this.#client.request('CheckCredential', { kind, user, secret, remoteAddress }, PATIENCE),
    );
  }

  /**
   * A token for a user who has just shown a password, so that nobody has to keep that. Throws LIMIT_EXCEEDED, and what asking the
   * broker throws.
   */
  async makeToken(user: string, label: string, expiresAtMs: number): Promise<string> {
    const { token } = await this.#client.request('CreateToken', { user, label, expiresAtMs });
    return token;
  }

  /** From now on it is nobody's. Throws what asking the broker throws. */
  async takeAway(tokenId: string, token: string): Promise<void> {
    try {
      await this.#client.request('RevokeToken', { tokenId, token });
    } catch (error) {
      // It has expired, or somebody was faster.
      const isGone = error instanceof MillraceError && error.code === 'UNKNOWN_TOKEN';
      if (!isGone) throw error;
    } finally {
      this.#owners.forget(ownerMark('token', null, token));
    }
  }

  /** Undefined: nobody's. Throws SECRETS_LOCKED, TOO_MANY_REQUESTS, and what asking the broker throws. */
  async accessKey(accessKeyId: string, remoteAddress: string): Promise<AccessKey | undefined> {
    if (isTooLong(accessKeyId, LIMITS.credentialIdBytesMax)) return undefined;
    try {
      return await this.#keys.of(accessKeyId, remoteAddress, () =>
        this.#client.request('GetAccessKey', { accessKeyId, remoteAddress }, PATIENCE),
      );
    } catch (error) {
      if (error instanceof MillraceError && error.code === 'UNKNOWN_ACCESS_KEY') return undefined;
      throw error;
    }
  }

  /** For the audit log: a signature was not that of the key's secret. Throws what asking the broker throws. */
  async signatureFailed(accessKeyId: string, remoteAddress: string): Promise<void> {
    const told = { accessKeyId, remoteAddress, signatureFailed: true };
    await this.#client.request('GetAccessKey', told, PATIENCE);
  }
}

function ownerMark(kind: Shown['kind'], user: string | null, secret: string): string {
  return JSON.stringify([kind, user, secret]);
}

function isTooLong(text: string, bytesMax: number): boolean {
  return Buffer.byteLength(text) > bytesMax;
}

function failed(): MillraceError {
  return new MillraceError('AUTHENTICATION_FAILED');
}
