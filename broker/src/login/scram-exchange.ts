// The broker's side of a SCRAM-SHA-256 exchange (RFC 5802, RFC 7677) as text: reads what the client says, says what the
// broker says. The numbers are in ../security/scram-verifier.ts; who the user is, and what a failure costs, is for Logins.

import { randomBytes } from 'node:crypto';
import { MillraceError, type ScramVerifier } from '@millrace/protocol';
import { serverSignature, verifyClientProof } from '../security/scram-verifier.ts';

/** What a client opens with. */
export interface ClientFirst {
  readonly user: string;
  readonly nonce: string;
  /** As it was sent, without the header: the proof is over it. */
  readonly bare: string;
  /** The header, as the last message repeats it. */
  readonly header: string;
}

const NONCE_BYTES = 18;
const NONCE_CHARACTERS_MAX = 256;
/** No channel binding: `n`, or `y` of a client that could and thinks that the broker cannot. No other user to act for. */
const HEADER = /^[ny],,/;
const PRINTABLE_BUT_COMMA = /^[\x21-\x2b\x2d-\x7e]+$/;
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

/** Throws INVALID_REQUEST. */
export function readClientFirst(message: Uint8Array): ClientFirst {
  const text = textOf(message);
  const header = HEADER.exec(text)?.[0];
  if (header === undefined)
    throw malformed('it has to begin with "n,,": there is no channel binding');
  const bare = text.slice(header.length);
  const [name = '', nonce = ''] = bare.split(',');
  if (!name.startsWith('n=') || !nonce.startsWith('r=')) {
    throw malformed('it has to be n,,n=<user>,r=<nonce>');
  }
  return { user: unescaped(name.slice(2)), nonce: checkedNonce(nonce.slice(2)), bare, header };
}

export class ScramExchange {
  readonly user: string;
  readonly verifier: ScramVerifier;
  readonly #first: ClientFirst;
  readonly #nonce: string;
  readonly #serverFirst: string;

  constructor(first: ClientFirst, verifier: ScramVerifier, nonce = newNonce()) {
    this.user = first.user;
    this.verifier = verifier;
    this.#first = first;
    this.#nonce = first.nonce + nonce;
    const salt = Buffer.from(verifier.salt).toString('base64');
    this.#serverFirst = `r=${this.#nonce},s=${salt},i=${verifier.iterations}`;
  }

  /** What the broker says to the first message. */
  get challenge(): Uint8Array {
    return Buffer.from(this.#serverFirst);
  }

  /** The broker's last message, or undefined where the proof is wrong. Throws INVALID_REQUEST. */
  finish(message: Uint8Array): Uint8Array | undefined {
    const text = textOf(message);
    const proofAt = text.lastIndexOf(',p=');
    const parts = proofAt < 0 ? [] : text.slice(0, proofAt).split(',');
    const binding = `c=${Buffer.from(this.#first.header).toString('base64')}`;
    if (parts[0] !== binding) throw malformed(`it has to begin with "${binding}"`);
    if (parts[1] !== `r=${this.#nonce}`)
      throw malformed('its nonce has to be the one of the challenge');
    const proofText = text.slice(proofAt + 3);
    if (!BASE64.test(proofText)) throw malformed('its proof has to be base64');
    const authMessage = `${this.#first.bare},${this.#serverFirst},${text.slice(0, proofAt)}`;
    const isRight = verifyClientProof(this.verifier, authMessage, Buffer.from(proofText, 'base64'));
    if (!isRight) return undefined;
    const signature = serverSignature(this.verifier, authMessage);
    return Buffer.from(`v=${Buffer.from(signature).toString('base64')}`);
  }
}

function newNonce(): string {
  return randomBytes(NONCE_BYTES).toString('base64');
}

function textOf(message: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(message);
  } catch {
    throw malformed('it has to be UTF-8');
  }
}

/** `=2C` is a comma, `=3D` an equals sign; no other equals sign may be in a name. */
function unescaped(name: string): string {
  if (name === '' || /=(?!2C|3D)/.test(name)) {
    throw malformed('the user is empty, or has "=" that is not "=2C" or "=3D"');
  }
  return name.replaceAll('=2C', ',').replaceAll('=3D', '=');
}

function checkedNonce(nonce: string): string {
  if (PRINTABLE_BUT_COMMA.test(nonce) && nonce.length <= NONCE_CHARACTERS_MAX) return nonce;
  throw malformed(
    `the nonce has to be 1 to ${NONCE_CHARACTERS_MAX} printable characters, no comma`,
  );
}

function malformed(what: string): MillraceError {
  const message = `A message of SCRAM-SHA-256 cannot be read: ${what}.`;
  return new MillraceError('INVALID_REQUEST', message, { field: 'credentials' });
}
