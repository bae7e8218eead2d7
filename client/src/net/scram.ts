// The client's half of SCRAM-SHA-256 (RFC 5802, RFC 7677), without channel binding: messages out, messages in. The
// password stays here: what leaves is a proof, and the broker has to prove that it knows the password too.

import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { LIMITS, MillraceError, scramKeys } from '@millrace/protocol';

/** No channel binding, and nobody else's rights. */
const GS2_HEADER = 'n,,';
const NONCE_BYTES = 24;
const SALT_BYTES_MAX = 64;

export class ScramExchange {
  readonly mechanism = 'SCRAM-SHA-256';
  readonly #password: string;
  readonly #nonce: string;
  readonly #firstBare: string;
  #signature: Uint8Array | undefined;

  constructor(user: string, password: string, nonce = randomBytes(NONCE_BYTES).toString('base64')) {
    this.#password = password;
    this.#nonce = nonce;
    this.#firstBare = `n=${escapeName(user)},r=${nonce}`;
  }

  /** What begins the exchange. */
  get credentials(): Uint8Array {
    return Buffer.from(`${GS2_HEADER}${this.#firstBare}`);
  }

  /** The proof, from the broker's salt and nonce. Throws AUTHENTICATION_FAILED where they are none. */
  async answer(challenge: Uint8Array): Promise<Uint8Array> {
    const serverFirst = Buffer.from(challenge).toString();
    const { nonce, salt, iterations } = parseServerFirst(serverFirst, this.#nonce);
    const { clientKey, serverKey } = await scramKeys(this.#password, salt, iterations);
    const withoutProof = `c=${Buffer.from(GS2_HEADER).toString('base64')},r=${nonce}`;
    const signed = `${this.#firstBare},${serverFirst},${withoutProof}`;
    const storedKey = createHash('sha256').update(clientKey).digest();
    const clientSignature = createHmac('sha256', storedKey).update(signed).digest();
    const proof = clientKey.map((byte, at) => byte ^ (clientSignature[at] ?? 0));
    this.#signature = createHmac('sha256', serverKey).update(signed).digest();
    return Buffer.from(`${withoutProof},p=${Buffer.from(proof).toString('base64')}`);
  }

  /** Throws AUTHENTICATION_FAILED unless the broker has proved that it knows the password. */
  finish(challenge: Uint8Array | null): void {
    const found = /^v=([A-Za-z0-9+/]+={0,2})$/.exec(Buffer.from(challenge ?? []).toString());
    const signature = Buffer.from(found?.[1] ?? '', 'base64');
    const expected = this.#signature;
    if (expected !== undefined && signature.length === expected.length) {
      if (timingSafeEqual(signature, expected)) return;
    }
    throw unproved('it did not prove that it knows the password');
  }
}

interface ServerFirst {
  readonly nonce: string;
  readonly salt: Uint8Array;
  readonly iterations: number;
}

/** The nonce begins with ours, and rounds are as many as a verifier may have: neither a weak nor an endless one. */
function parseServerFirst(text: string, ours: string): ServerFirst {
  const found = /^r=([\x21-\x2B\x2D-\x7E]+),s=([A-Za-z0-9+/]+={0,2}),i=(\d{1,9})(?:,.*)?$/.exec(
    text,
  );
  const [, nonce = '', saltText = '', iterationsText = ''] = found ?? [];
  const salt = Buffer.from(saltText, 'base64');
  const iterations = Number(iterationsText);
  if (found === null || !nonce.startsWith(ours) || nonce.length === ours.length) {
    throw unproved('what it answered is not of this exchange');
  }
  if (salt.length > SALT_BYTES_MAX) throw unproved('its salt is too long');
  const { scramIterationsMin, scramIterationsMax } = LIMITS;
  if (iterations < scramIterationsMin || iterations > scramIterationsMax) {
    throw unproved(`it asks for ${iterations} rounds: too few to be safe, or too many to be meant`);
  }
  return { nonce, salt, iterations };
}

function unproved(why: string): MillraceError {
  return new MillraceError('AUTHENTICATION_FAILED', `The broker is not to be trusted: ${why}.`);
}

/** A comma and an equals sign have a meaning in these messages. */
function escapeName(name: string): string {
  return name.replaceAll('=', '=3D').replaceAll(',', '=2C');
}
