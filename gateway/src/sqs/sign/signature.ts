// What a request says of its signature, in the header Authorization or, presigned, in its query string. It is read and
// checked for wholeness; whether it is right is for the verifier.

import type { IncomingHttpHeaders } from 'node:http';
import { SqsError } from '../errors.ts';
import { decodeFormText } from '../wire/form.ts';
import { ALGORITHM, type CredentialScope, parseScope } from './credential.ts';
import { basicTime, parseBasicTime } from './time.ts';

export interface Signature {
  readonly scope: CredentialScope;
  readonly signedHeaders: readonly string[];
  readonly hex: string;
  /** `20260101T120000Z`, as it is signed. */
  readonly time: string;
  readonly atMs: number;
  /** Of a presigned request: how long it may be used. */
  readonly expiresMs: number | undefined;
}

const SIGNED_HEADERS_MAX = 100;
const EXPIRES_MAX_S = 604_800;
const EXPIRES_FALLBACK_S = 900;

/** Throws MissingAuthenticationToken, IncompleteSignature, SignatureDoesNotMatch. */
export function readSignature(headers: IncomingHttpHeaders, url: string): Signature {
  if (headers.authorization !== undefined) return fromHeader(headers.authorization, headers);
  const parameters = signatureParameters(url);
  if (parameters.size === 0) throw new SqsError('MissingAuthenticationToken');
  return fromQuery(parameters);
}

function fromHeader(authorization: string, headers: IncomingHttpHeaders): Signature {
  const [algorithm = '', ...rest] = authorization.trim().split(' ');
  checkAlgorithm(algorithm);
  const parts = new Map<string, string>();
  for (const part of rest.join(' ').split(/[,\s]+/)) {
    const sign = part.indexOf('=');
    if (sign > 0) parts.set(part.slice(0, sign), part.slice(sign + 1));
  }
  const faults = ['Credential', 'Signature', 'SignedHeaders']
    .filter((name) => (parts.get(name) ?? '') === '')
    .map((name) => `Authorization header requires '${name}' parameter. `);
  const time = headerTime(headers);
  if (time === undefined) {
    faults.push(
      "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. ",
    );
  }
  if (faults.length > 0 || time === undefined) {
    throw incomplete(`${faults.join('')}Authorization=${algorithm}`);
  }
  return signatureOf({
    credential: parts.get('Credential') ?? '',
    signedHeaders: parts.get('SignedHeaders') ?? '',
    hex: parts.get('Signature') ?? '',
    time,
    expiresMs: undefined,
  });
}

function headerTime(headers: IncomingHttpHeaders): string | undefined {
  const time = headers['x-amz-date'];
  if (typeof time === 'string') return time;
  const dateMs = headers.date === undefined ? Number.NaN : Date.parse(headers.date);
  return Number.isNaN(dateMs) ? undefined : basicTime(dateMs);
}

const QUERY_PARTS = [
  'X-Amz-Algorithm',
  'X-Amz-Credential',
  'X-Amz-Signature',
  'X-Amz-SignedHeaders',
  'X-Amz-Date',
] as const;

/** A parameter that is given twice counts once, the first time; all are signed. */
function signatureParameters(url: string): Map<string, string> {
  const parameters = new Map<string, string>();
  const mark = url.indexOf('?');
  if (mark === -1 || !url.includes('X-Amz-', mark)) return parameters;
  for (const pair of url.slice(mark + 1).split('&')) {
    if (!pair.startsWith('X-Amz-')) continue;
    const sign = pair.indexOf('=');
    const name = sign === -1 ? pair : pair.slice(0, sign);
    const value = sign === -1 ? '' : decodeFormText(pair.slice(sign + 1));
    if (!parameters.has(name)) parameters.set(name, value);
  }
  return parameters;
}

function fromQuery(parameters: ReadonlyMap<string, string>): Signature {
  const absent = QUERY_PARTS.filter((name) => (parameters.get(name) ?? '') === '');
  if (absent.length > 0) {
    const faults = absent.map((name) => `AWS query-string parameters must include '${name}'. `);
    throw incomplete(`${faults.join('')}Re-examine the query-string parameters.`);
  }
  checkAlgorithm(parameters.get('X-Amz-Algorithm') ?? '');
  const expires = parameters.get('X-Amz-Expires') ?? String(EXPIRES_FALLBACK_S);
  const expiresS = /^\d{1,6}$/.test(expires) ? Number(expires) : 0;
  if (expiresS < 1 || expiresS > EXPIRES_MAX_S) {
    throw incomplete(`X-Amz-Expires must be between 1 and ${EXPIRES_MAX_S} seconds.`);
  }
  return signatureOf({
    credential: parameters.get('X-Amz-Credential') ?? '',
    signedHeaders: parameters.get('X-Amz-SignedHeaders') ?? '',
    hex: parameters.get('X-Amz-Signature') ?? '',
    time: parameters.get('X-Amz-Date') ?? '',
    expiresMs: expiresS * 1_000,
  });
}

interface Given {
  readonly credential: string;
  readonly signedHeaders: string;
  readonly hex: string;
  readonly time: string;
  readonly expiresMs: number | undefined;
}

function signatureOf({ credential, signedHeaders, hex, time, expiresMs }: Given): Signature {
  const scope = parseScope(credential);
  if (scope === undefined) {
    throw incomplete(
      'Credential must have exactly 5 slash-delimited elements, e.g. ' +
        `keyid/date/region/service/term, got '${credential}'`,
    );
  }
  const atMs = parseBasicTime(time);
  if (atMs === undefined) {
    throw incomplete(
      `Date must be in ISO-8601 'basic format'. Got '${time}'. See http://en.wikipedia.org/wiki/ISO_8601`,
    );
  }
  const names = signedHeaders.toLowerCase().split(';');
  if (names.length > SIGNED_HEADERS_MAX) {
    throw incomplete(`More than ${SIGNED_HEADERS_MAX} headers are signed.`);
  }
  return { scope, signedHeaders: names, hex, time, atMs, expiresMs };
}

function checkAlgorithm(algorithm: string): void {
  if (algorithm === ALGORITHM) return;
  throw incomplete(`Unsupported AWS 'algorithm': '${algorithm}'.`);
}

function incomplete(text: string): SqsError {
  return new SqsError('IncompleteSignature', text);
}
