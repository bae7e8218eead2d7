// The canonical form of a request that Signature Version 4 signs, made from what came over the wire. Every rule here is
// the signer's; nothing is refused but what cannot be read.

import { hash } from 'node:crypto';
import { decodeFormText } from '../wire/form.ts';

export interface SignedParts {
  readonly method: string;
  /** As it stood in the request line. */
  readonly url: string;
  /** Names and values in turn, as Node.js gives them. */
  readonly rawHeaders: readonly string[];
}

const BEYOND_ASCII = /[^\x20-\x7e]/;
const SPACES = /\s+/g;
/** What comes before the path where the request line has a whole URL. */
const ORIGIN = /^https?:\/\/[^/]*/i;
const LEFT_BY_ENCODING = /[!'()*]/g;

/** Throws MalformedQueryString. */
export function canonicalRequest(
  { method, url, rawHeaders }: SignedParts,
  signedHeaders: readonly string[],
  payloadHash: string,
): string {
  const mark = url.indexOf('?');
  const path = canonicalPath(mark === -1 ? url : url.slice(0, mark));
  const query = mark === -1 ? '' : canonicalQuery(url.slice(mark + 1));
  const headers = canonicalHeaders(rawHeaders, signedHeaders);
  return `${method}\n${path}\n${query}\n${headers}\n${signedHeaders.join(';')}\n${payloadHash}`;
}

export function sha256Hex(data: string | Buffer): string {
  return hash('sha256', data, 'hex');
}

/** Without empty and dotted segments, and encoded once more: only S3 signs the path as it is. */
function canonicalPath(target: string): string {
  if (target === '/') return target;
  const path = target.startsWith('/') ? target : target.replace(ORIGIN, '');
  if (path === '/' || path === '') return '/';
  const segments: string[] = [];
  for (const segment of asUtf8(path).split('/')) {
    if (segment === '..') segments.pop();
    else if (segment !== '' && segment !== '.') segments.push(encode(segment));
  }
  if (segments.length === 0) return '/';
  return `/${segments.join('/')}${path.endsWith('/') ? '/' : ''}`;
}

/** Sorted by encoded name, then by value; the signature itself is not signed. */
function canonicalQuery(text: string): string {
  const pairs: [string, string][] = [];
  for (const pair of text.split('&')) {
    if (pair === '') continue;
    const sign = pair.indexOf('=');
    const name = sign === -1 ? pair : pair.slice(0, sign);
    if (name === 'X-Amz-Signature') continue;
    pairs.push([recode(name), sign === -1 ? '' : recode(pair.slice(sign + 1))]);
  }
  pairs.sort(([a, x], [b, y]) => order(a, b) || order(x, y));
  return pairs.map(([name, value]) => `${name}=${value}`).join('&');
}

function canonicalHeaders(rawHeaders: readonly string[], signed: readonly string[]): string {
  const values = new Map<string, string>(signed.map((name) => [name, '']));
  const seen = new Set<string>();
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    const name = (rawHeaders[at] ?? '').toLowerCase();
    const earlier = values.get(name);
    if (earlier === undefined) continue;
    const value = asUtf8(rawHeaders[at + 1] ?? '')
      .trim()
      .replace(SPACES, ' ');
    values.set(name, seen.has(name) ? `${earlier},${value}` : value);
    seen.add(name);
  }
  let lines = '';
  for (const name of signed) lines += `${name}:${values.get(name) ?? ''}\n`;
  return lines;
}

/** Node.js reads heads as Latin-1; signers sign UTF-8. */
function asUtf8(text: string): string {
  return BEYOND_ASCII.test(text) ? Buffer.from(text, 'latin1').toString('utf8') : text;
}

function recode(text: string): string {
  return encode(decodeFormText(asUtf8(text)));
}

function encode(text: string): string {
  return encodeURIComponent(text).replace(
    LEFT_BY_ENCODING,
    (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

function order(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
