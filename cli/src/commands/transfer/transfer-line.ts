// A record as a line of an export, and back, byte for byte: text where bytes are UTF-8, otherwise `{"base64": ...}`; null
// is none; headers are pairs, in order, as often as they come. Refusals name the line.

import { isUtf8 } from 'node:buffer';
import { lineError, type ParsedRecord } from '../../input/record-line.ts';
import type { ShownRecord } from '../../output/record-json.ts';

type Bytes = Uint8Array | null;

/** What no UTF-8 has. */
const LONE_SURROGATE = /\p{Surrogate}/u;

/** With its end. */
export function transferLine(record: ShownRecord): string {
  const { partition, offset, timestampMs, keyBytes, valueBytes, headers } = record;
  const pairs = headers.map(([name, value]) => `[${JSON.stringify(name)},${jsonOf(value)}]`);
  return (
    `{"partition":${partition},"offset":${offset},"timestampMs":${timestampMs},` +
    `"key":${jsonOf(keyBytes)},"value":${jsonOf(valueBytes)},"headers":[${pairs.join(',')}]}\n`
  );
}

/** Text that would be longer than base64, such as control characters, is written as that: a line has a bound. */
function jsonOf(bytes: Bytes): string {
  if (bytes === null) return 'null';
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  if (isUtf8(view)) {
    const json = JSON.stringify(view.toString('utf8'));
    if (json.length <= 64 || json.length <= (view.length * 4) / 3) return json;
  }
  return `{"base64":"${view.toString('base64')}"}`;
}

export interface TransferRecord extends ParsedRecord {
  readonly partition: number;
}

export function parseTransferLine(line: Buffer, lineNumber: number): TransferRecord {
  const fail = (message: string) => lineError(lineNumber, message);
  const fields = objectOf(line, fail);
  const partition = fields['partition'];
  if (!isCount(partition)) throw fail('partition is not a number: is this an export?');
  const timestampMs = fields['timestampMs'];
  if (!isCount(timestampMs)) throw fail('timestampMs is not a number of ms since 1970');
  const headers = fields['headers'];
  if (!Array.isArray(headers)) throw fail('headers is not a list of pairs');
  return {
    partition,
    timestampMs,
    key: bytesOf('key', fields['key'], fail),
    value: bytesOf('value', fields['value'], fail),
    headers: headers.map((pair: unknown) => headerOf(pair, fail)),
  };
}

type Fail = (message: string) => Error;

function objectOf(line: Buffer, fail: Fail): { readonly [name: string]: unknown } {
  // A decoder would put another character in the place of what is none, and the record would be another.
  if (!isUtf8(line)) throw fail('it is not UTF-8');
  let parsed: unknown;
  try {
    parsed = JSON.parse(line.toString('utf8'));
  } catch (error) {
    throw fail(`not JSON: ${(error as Error).message}`);
  }
  if (typeof parsed !== 'object' || parsed === null) throw fail('not a record of an export');
  return parsed as { readonly [name: string]: unknown };
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

function bytesOf(name: string, value: unknown, fail: Fail): Bytes {
  if (value === null) return null;
  if (typeof value === 'string') {
    if (LONE_SURROGATE.test(value)) throw fail(`${name} has half of a surrogate pair`);
    return Buffer.from(value, 'utf8');
  }
  const { base64 } = Object(value) as { readonly base64?: unknown };
  if (typeof base64 !== 'string') throw fail(`${name} is not text, null or {"base64": "..."}`);
  const isBase64 = base64.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(base64);
  if (!isBase64) throw fail(`${name} is not base64`);
  return Buffer.from(base64, 'base64');
}

function headerOf(pair: unknown, fail: Fail): readonly [string, Uint8Array] {
  const [name, value] = Array.isArray(pair) ? (pair as unknown[]) : [];
  if (typeof name !== 'string') throw fail('a header is not a pair of name and value');
  if (LONE_SURROGATE.test(name)) throw fail('the name of a header has half of a surrogate pair');
  const bytes = bytesOf(`header ${name}`, value, fail);
  if (bytes === null) throw fail(`header ${name} has no value`);
  return [name, bytes];
}
