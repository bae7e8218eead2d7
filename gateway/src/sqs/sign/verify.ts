// Verifies a request's signature (AWS Signature Version 4), given in the header Authorization or in the query string.
// What is signed is made anew from the request as it came, and compared in constant time.

import { createHmac, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { SqsError } from '../errors.ts';
import { canonicalRequest, sha256Hex } from './canonical.ts';
import { ALGORITHM, type CredentialScope } from './credential.ts';
import { readSignature, type Signature } from './signature.ts';
import { createSigningKeys } from './signing-keys.ts';
import { basicTime } from './time.ts';

export type SignedRequest = Pick<IncomingMessage, 'method' | 'headers' | 'rawHeaders'>;

/** In two steps, for between them the secret of the key that the request names is looked for. `url` is that of the request line. */
export interface Verifier {
  /** Throws MissingAuthenticationToken, IncompleteSignature, SignatureDoesNotMatch, MalformedQueryString. */
  read(request: SignedRequest, url: string): Signature;
  /** Throws InvalidClientTokenId where nobody has the key, SignatureDoesNotMatch. */
  check(
    signature: Signature,
    request: SignedRequest,
    url: string,
    body: Buffer,
    secret: string | undefined,
  ): void;
}

export interface VerifierSources {
  readonly service: string;
  readonly nowMs: () => number;
}

const SKEW_MIN = 15;
const SKEW_MS = SKEW_MIN * 60_000;
const TERMINATOR = 'aws4_request';
const PAYLOAD_HASH = 'x-amz-content-sha256';
const ACTION = 'x-amz-target';
const HEX = /^[0-9a-f]{64}$/;

export function createVerifier({ service, nowMs }: VerifierSources): Verifier {
  const signingKeyOf = createSigningKeys();
  return {
    read: (request, url) => {
      const signature = readSignature(request.headers, url);
      checkScope(signature, service);
      checkTime(signature, nowMs());
      checkSignedHeaders(signature, request);
      return signature;
    },
    check: (signature, request, url, body, secret) => {
      if (secret === undefined) throw new SqsError('InvalidClientTokenId');
      const payloadHash = sha256Hex(body);
      checkPayload(request, payloadHash);
      const { method = '', rawHeaders } = request;
      const parts = { method, url, rawHeaders };
      const canonical = canonicalRequest(parts, signature.signedHeaders, payloadHash);
      const key = signingKeyOf(secret, signature.scope);
      const wanted = createHmac('sha256', key).update(stringToSign(signature, canonical)).digest();
      if (!HEX.test(signature.hex) || !timingSafeEqual(Buffer.from(signature.hex, 'hex'), wanted)) {
        throw new SqsError('SignatureDoesNotMatch');
      }
    },
  };
}

function stringToSign({ scope, time }: Signature, canonical: string): string {
  return `${ALGORITHM}\n${time}\n${scopeText(scope)}\n${sha256Hex(canonical)}`;
}

function scopeText({ date, region, service, terminator }: CredentialScope): string {
  return `${date}/${region}/${service}/${terminator}`;
}

function checkScope({ scope, time }: Signature, service: string): void {
  const faults: string[] = [];
  if (scope.service !== service) {
    faults.push(`Credential should be scoped to correct service: '${service}'. `);
  }
  if (scope.terminator !== TERMINATOR) {
    faults.push(
      `Credential should be scoped with a valid terminator: '${TERMINATOR}', not '${scope.terminator}'. `,
    );
  }
  if (scope.date !== time.slice(0, 8)) {
    faults.push(
      'Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: ' +
        `'${scope.date}' != '${time.slice(0, 8)}', from '${time}'.`,
    );
  }
  if (faults.length > 0) throw mismatch(faults.join(''));
}

function checkTime({ time, atMs, expiresMs }: Signature, nowMs: number): void {
  const latestMs = nowMs + SKEW_MS;
  const earliestMs = nowMs - (expiresMs ?? SKEW_MS);
  if (atMs >= earliestMs && atMs <= latestMs) return;
  const now = basicTime(nowMs);
  if (atMs > latestMs) {
    throw mismatch(
      `Signature not yet current: ${time} is still later than ${basicTime(latestMs)} (${now} + ${SKEW_MIN} min.)`,
    );
  }
  const span = expiresMs === undefined ? `${SKEW_MIN} min.` : `${expiresMs / 1_000} sec.`;
  throw mismatch(
    `Signature expired: ${time} is now earlier than ${basicTime(earliestMs)} (${now} - ${span})`,
  );
}

/** Without these two a signature would serve another host, or another action on the same body. */
function checkSignedHeaders({ signedHeaders }: Signature, { headers }: SignedRequest): void {
  if (!signedHeaders.includes('host')) {
    throw mismatch("'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.");
  }
  if (headers[ACTION] !== undefined && !signedHeaders.includes(ACTION)) {
    throw mismatch("'X-Amz-Target' must be a 'SignedHeader' in the AWS Authorization.");
  }
}

/** Bodies that are not signed have no place in this service. */
function checkPayload({ headers }: SignedRequest, payloadHash: string): void {
  const given = headers[PAYLOAD_HASH];
  if (given === undefined || given === payloadHash) return;
  throw mismatch(
    `The value of the header '${PAYLOAD_HASH}' does not match what was computed of the body.`,
  );
}

function mismatch(text: string): SqsError {
  return new SqsError('SignatureDoesNotMatch', text);
}
