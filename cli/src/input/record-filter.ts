// Which records are wanted: by key, by headers, by patterns in key, value and headers. Patterns are RE2's: whatever they
// are and whatever is searched, the time grows with the length alone.

import { flag, option, repeated, type ValuesOf } from '../command.ts';
import { usage } from '../errors/cli-error.ts';

export interface FilteredRecord {
  readonly keyBytes: Uint8Array | null;
  readonly valueBytes: Uint8Array | null;
  readonly headers: readonly (readonly [string, Uint8Array])[];
}

export type RecordFilter = (record: FilteredRecord) => boolean;

export const FILTER_INPUTS = {
  key: option('-k, --key <text>', 'only records with this key'),
  headers: repeated(
    '-H, --header <name[=value]>',
    'only records with this header, or with this value of it (repeatable: all of them)',
  ),
  grep: option('--grep <pattern>', 'only records with this in key, value or a header (RE2)'),
  keyGrep: option('--key-grep <pattern>', 'only records with this in the key (RE2)'),
  valueGrep: option('--value-grep <pattern>', 'only records with this in the value (RE2)'),
  ignoreCase: flag('-i, --ignore-case', 'patterns do not tell capitals from small letters'),
};

type Given = ValuesOf<typeof FILTER_INPUTS>;
type Matches = (bytes: Uint8Array | null) => boolean;

/** Undefined where every record is wanted. */
export async function recordFilter(given: Given): Promise<RecordFilter | undefined> {
  const tests: RecordFilter[] = [];
  const { key, headers, ignoreCase } = given;
  if (key !== undefined) {
    const wanted = Buffer.from(key);
    tests.push(({ keyBytes }) => keyBytes !== null && wanted.equals(keyBytes));
  }
  for (const header of headers) tests.push(headerTest(header));
  const anywhere = await pattern('--grep', given.grep, ignoreCase);
  const inKey = await pattern('--key-grep', given.keyGrep, ignoreCase);
  const inValue = await pattern('--value-grep', given.valueGrep, ignoreCase);
  if (inKey !== undefined) tests.push(({ keyBytes }) => inKey(keyBytes));
  if (inValue !== undefined) tests.push(({ valueBytes }) => inValue(valueBytes));
  if (anywhere !== undefined) {
    tests.push(
      (record) =>
        anywhere(record.valueBytes) ||
        anywhere(record.keyBytes) ||
        record.headers.some(([name, value]) => anywhere(Buffer.from(name)) || anywhere(value)),
    );
  }
  if (tests.length === 0) return undefined;
  return (record) => tests.every((test) => test(record));
}

function headerTest(text: string): RecordFilter {
  const at = text.indexOf('=');
  const name = at === -1 ? text : text.slice(0, at);
  if (name === '') throw usage(`'${text}' names no header: write name or name=value`);
  if (at === -1) return ({ headers }) => headers.some(([each]) => each === name);
  const wanted = Buffer.from(text.slice(at + 1));
  return ({ headers }) => headers.some(([each, value]) => each === name && wanted.equals(value));
}

async function pattern(
  flags: string,
  text: string | undefined,
  ignoreCase: boolean,
): Promise<Matches | undefined> {
  if (text === undefined) return undefined;
  const { RE2JS } = await import('re2js');
  try {
    const compiled = RE2JS.compile(text, ignoreCase ? RE2JS.CASE_INSENSITIVE : 0);
    return (bytes) => bytes !== null && compiled.matcher(textOf(bytes)).find();
  } catch (error) {
    throw usage(`${flags}: '${text}' is not a pattern of RE2: ${(error as Error).message}`);
  }
}

/** Bytes that are no text count as characters that nobody searches for. */
function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('utf8');
}
