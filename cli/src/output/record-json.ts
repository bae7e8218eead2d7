// A record as a line of JSON, and as a preview in a table. A line tells all that is needed to write the record again:
// `valueFormat` and `keyFormat` stand there where the value alone would be read as something else.

import { isUtf8 } from 'node:buffer';
import { choiceWith } from '../command.ts';
import { formatText } from './format.ts';

export const VALUE_FORMATS = ['json', 'text', 'base64'] as const;
export type ValueFormat = (typeof VALUE_FORMATS)[number];

export const VALUE_FORMAT = choiceWith(
  '--value-format <format>',
  'how values are shown: json where they are JSON, as text, or base64',
  VALUE_FORMATS,
  'json',
);

export interface ShownRecord {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly timestampMs: number;
  readonly keyBytes: Uint8Array | null;
  readonly valueBytes: Uint8Array | null;
  readonly headers: readonly (readonly [string, Uint8Array])[];
}

/** One line, without its end: an object with topic, partition, offset, timestampMs, key, value and headers. */
export function recordLine(record: ShownRecord, format: ValueFormat): string {
  const [key, keyFormat] = shown(record.keyBytes, 'text');
  const [value, valueFormat] = shown(record.valueBytes, format);
  const { partition, offset, timestampMs } = record;
  return (
    `{"topic":${JSON.stringify(record.topic)},"partition":${partition},"offset":${offset},` +
    `"timestampMs":${timestampMs},"key":${key},"value":${value},` +
    `"headers":${headersJson(record.headers)}` +
    (keyFormat === undefined ? '' : `,"keyFormat":"${keyFormat}"`) +
    `${valueFormat === undefined ? '' : `,"valueFormat":"${valueFormat}"`}}`
  );
}

/** The same as an object, to put more into. */
export function recordObject(
  record: ShownRecord,
  format: ValueFormat,
): { [name: string]: unknown } {
  return JSON.parse(recordLine(record, format)) as { [name: string]: unknown };
}

/** A value alone: `value`, and `valueFormat` where a reader could not tell it. */
export function valueObject(
  bytes: Uint8Array | null,
  format: ValueFormat,
): { [name: string]: unknown } {
  const [value, valueFormat] = shown(bytes, format);
  return { value: JSON.parse(value), ...(valueFormat === undefined ? {} : { valueFormat }) };
}

/** JSON text for the bytes, and the format where a reader could not tell it: text is plain, other JSON is itself. */
function shown(
  bytes: Uint8Array | null,
  wanted: ValueFormat,
): readonly [json: string, format?: ValueFormat] {
  if (bytes === null) return ['null'];
  const text = wanted === 'base64' ? undefined : textOf(bytes);
  if (text === undefined) return [`"${Buffer.from(bytes).toString('base64')}"`, 'base64'];
  if (wanted === 'json') {
    const parsed = parsedOf(text);
    if (parsed.isJson) return parsed.isAmbiguous ? [onLine(text), 'json'] : [onLine(text)];
  }
  return [JSON.stringify(text)];
}

/** Line ends can only stand between the parts of JSON: as spaces they keep the line whole. */
function onLine(json: string): string {
  return json.includes('\n') || json.includes('\r') ? json.trim().replace(/[\r\n]+/g, ' ') : json;
}

function parsedOf(text: string): { isJson: boolean; isAmbiguous: boolean } {
  try {
    const value: unknown = JSON.parse(text);
    return { isJson: true, isAmbiguous: typeof value === 'string' || value === null };
  } catch {
    return { isJson: false, isAmbiguous: false };
  }
}

function textOf(bytes: Uint8Array): string | undefined {
  if (!isUtf8(bytes)) return undefined;
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('utf8');
}

/** Names to text; a name that comes twice has an array, a value that is not UTF-8 is `{"base64": ...}`. */
function headersJson(headers: ShownRecord['headers']): string {
  if (headers.length === 0) return '{}';
  const byName = new Map<string, unknown[]>();
  for (const [name, bytes] of headers) {
    const text = textOf(bytes);
    const value = text ?? { base64: Buffer.from(bytes).toString('base64') };
    byName.set(name, [...(byName.get(name) ?? []), value]);
  }
  const pairs = [...byName].map(
    ([name, values]) =>
      `${JSON.stringify(name)}:${JSON.stringify(values.length === 1 ? values[0] : values)}`,
  );
  return `{${pairs.join(',')}}`;
}

/** The beginning of a key or value, for a table. */
export function previewOf(bytes: Uint8Array | null, widthMax: number): string {
  if (bytes === null) return '-';
  const head = bytes.subarray(0, widthMax * 4);
  const isWhole = head.length === bytes.length;
  const text = new TextDecoder().decode(head);
  return formatText(isWhole ? text : `${text.slice(0, widthMax)}…`, widthMax);
}
