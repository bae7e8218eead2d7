// A line of input as a record to produce: the line as text, the line as a JSON value, a key and a value with a separator
// between them, or a whole record as `consume` prints it. Refusals name the line.

import { CliError } from '../errors/cli-error.ts';
import { type JsonPath, keyAt } from './json-path.ts';
import { type RecordRules, rulesOf } from './record-rules.ts';

export const INPUT_FORMATS = ['text', 'json', 'record', 'key-value'] as const;
export type InputFormat = (typeof INPUT_FORMATS)[number];

export interface ParsedRecord extends RecordRules {
  readonly key: string | Uint8Array | null;
  readonly value: Uint8Array | null;
  readonly headers: readonly (readonly [string, string | Uint8Array])[];
  readonly timestampMs?: number;
}

type Fields = { readonly [name: string]: unknown };
type Headers = ParsedRecord['headers'];

/** How a line of key and value is cut. */
export interface KeyValueLine {
  readonly separator: string;
  /** An empty value is none: it deletes the key where the topic is compacted. */
  readonly tombstones: boolean;
}

/** `key<separator>value`: the first separator counts. */
export function parseKeyValueLine(
  line: Buffer,
  lineNumber: number,
  { separator, tombstones }: KeyValueLine,
): ParsedRecord {
  const at = line.indexOf(separator);
  if (at === -1) throw lineError(lineNumber, 'there is no separator between a key and a value');
  const value = line.subarray(at + Buffer.byteLength(separator));
  const isNone = tombstones && value.length === 0;
  return { key: line.subarray(0, at), value: isNone ? null : value, headers: [] };
}

/** The line as a record, or undefined for a blank line of a JSON format. */
export function parseRecordLine(
  line: Buffer,
  lineNumber: number,
  format: Exclude<InputFormat, 'key-value'>,
  keyPath: JsonPath | undefined,
  dedupPath?: JsonPath,
): ParsedRecord | undefined {
  if (format === 'text') return { key: null, value: line, headers: [] };
  if (isBlank(line)) return undefined;
  const parsed = parseJson(line, lineNumber);
  if (format === 'json') {
    const key = keyPath === undefined ? null : keyAt(parsed, keyPath);
    return { key, value: line, headers: [], ...dedupOf(parsed, dedupPath) };
  }
  return recordOf(parsed, lineNumber, keyPath, dedupPath);
}

function dedupOf(value: unknown, path: JsonPath | undefined): RecordRules {
  const dedupId = path === undefined ? null : keyAt(value, path);
  return dedupId === null ? {} : { dedupId };
}

function isBlank(line: Buffer): boolean {
  return line.every((byte) => byte === 0x20 || byte === 0x09);
}

function parseJson(line: Buffer, lineNumber: number): unknown {
  try {
    return JSON.parse(line.toString('utf8'));
  } catch (error) {
    throw lineError(lineNumber, `not JSON: ${(error as Error).message}`);
  }
}

function recordOf(
  parsed: unknown,
  lineNumber: number,
  keyPath: JsonPath | undefined,
  dedupPath: JsonPath | undefined,
): ParsedRecord {
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) {
    throw lineError(
      lineNumber,
      'not a record: an object with a value, and if need be key, headers, timestampMs',
    );
  }
  const fields = parsed as Fields;
  if (!('value' in fields)) throw lineError(lineNumber, 'the record has no value (null is one)');
  const value = bytesOf(fields['value'], fields['valueFormat'], 'valueFormat', lineNumber);
  const key =
    keyPath === undefined
      ? bytesOf(fields['key'] ?? null, fields['keyFormat'], 'keyFormat', lineNumber)
      : keyAt(fields['value'], keyPath);
  const timestampMs = timestampOf(fields['timestampMs'], lineNumber);
  const headers = headersOf(fields['headers'] ?? {}, lineNumber);
  return {
    key,
    value,
    headers,
    ...(timestampMs === undefined ? {} : { timestampMs }),
    ...rulesOf(fields, (message) => lineError(lineNumber, message)),
    ...dedupOf(fields['value'], dedupPath),
  };
}

/** Text is itself unless its format says otherwise; other JSON is written as JSON; null is none. */
function bytesOf(
  value: unknown,
  format: unknown,
  formatName: string,
  lineNumber: number,
): Uint8Array | null {
  if (format === 'json') return Buffer.from(JSON.stringify(value));
  if (value === null || value === undefined) return null;
  if (format === 'base64') {
    if (typeof value !== 'string') throw lineError(lineNumber, 'base64 is written as text');
    return fromBase64(value, lineNumber);
  }
  if (format !== undefined && format !== 'text') {
    throw lineError(lineNumber, `${formatName} is not one of text, json, base64`);
  }
  return Buffer.from(typeof value === 'string' ? value : JSON.stringify(value));
}

function fromBase64(text: string, lineNumber: number): Uint8Array {
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(text) || text.length % 4 !== 0) {
    throw lineError(lineNumber, 'this is not base64');
  }
  return Buffer.from(text, 'base64');
}

function timestampOf(value: unknown, lineNumber: number): number | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value;
  throw lineError(lineNumber, 'timestampMs is not a whole number of milliseconds since 1970');
}

function headersOf(value: unknown, lineNumber: number): Headers {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw lineError(lineNumber, 'headers is not an object of names and text');
  }
  return Object.entries(value).flatMap(([name, given]) =>
    (Array.isArray(given) ? (given as unknown[]) : [given]).map(
      (each) => [name, headerValue(each, lineNumber)] as const,
    ),
  );
}

function headerValue(value: unknown, lineNumber: number): string | Uint8Array {
  if (typeof value === 'string') return value;
  if (typeof value === 'object' && value !== null && 'base64' in value) {
    const { base64 } = value;
    if (typeof base64 === 'string') return fromBase64(base64, lineNumber);
  }
  throw lineError(lineNumber, 'a header is text, or {"base64": "..."}');
}

export function lineError(line: number, message: string): CliError {
  return new CliError('usage', 'BAD_INPUT', `line ${line}: ${message}`, { detail: { line } });
}
