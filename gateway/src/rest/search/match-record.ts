// Whether a record is one that is searched for. Pure; what it looks at is bounded by the record.

import { type LogRecord, MillraceError } from '@millrace/protocol';

export interface Wanted {
  readonly key?: string;
  readonly header?: string;
  readonly headerValue?: string;
  readonly text?: string;
  readonly field?: string;
  readonly value?: string;
}

export type Match = (record: LogRecord) => boolean;

/** A JSON value may be so large that its parsing would hold others up. */
const JSON_BYTES_MAX = 1024 * 1024;

/** All conditions together; none: every record. Throws INVALID_REQUEST. */
export function matcherOf(wanted: Wanted): Match {
  const { key, header, headerValue, text, field, value } = wanted;
  if (headerValue !== undefined && header === undefined) throw needs('headerValue', 'header');
  if (value !== undefined && field === undefined) throw needs('value', 'field');
  const all: Match[] = [];
  if (key !== undefined) all.push(byKey(Buffer.from(key)));
  if (header !== undefined) all.push(byHeader(header, headerValue));
  if (text !== undefined) all.push(byText(Buffer.from(text)));
  if (field !== undefined) all.push(byField(field.split('.'), value));
  return (record) => all.every((match) => match(record));
}

function needs(field: string, other: string): MillraceError {
  return new MillraceError('INVALID_REQUEST', `${field} goes with ${other}.`, { field });
}

function byKey(wanted: Buffer): Match {
  return ({ key }) => key !== null && wanted.equals(key);
}

function byHeader(name: string, wanted: string | undefined): Match {
  const bytes = wanted === undefined ? undefined : Buffer.from(wanted);
  return ({ headers }) =>
    headers.some(([one, value]) => one === name && (bytes === undefined || bytes.equals(value)));
}

function byText(wanted: Buffer): Match {
  return ({ value }) => value !== null && viewOf(value).includes(wanted);
}

function viewOf(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function byField(path: readonly string[], wanted: string | undefined): Match {
  const expected = wanted === undefined ? undefined : meant(wanted);
  return ({ value }) => {
    if (value === null || value.length > JSON_BYTES_MAX) return false;
    const found = at(parsed(viewOf(value).toString('utf8')), path);
    if (found === undefined) return false;
    return expected === undefined || isSame(expected, found);
  };
}

/** Text that is no JSON means itself. */
function meant(text: string): unknown {
  const value = parsed(text);
  return value === undefined ? text : value;
}

/** Goes as deep as what is wanted, which is short; what is found may be deeper than a stack. */
function isSame(wanted: unknown, found: unknown): boolean {
  if (typeof wanted !== 'object' || wanted === null) return wanted === found;
  if (typeof found !== 'object' || found === null) return false;
  if (Array.isArray(wanted) !== Array.isArray(found)) return false;
  const members = Object.entries(wanted);
  const others = found as Readonly<Record<string, unknown>>;
  if (members.length !== Object.keys(others).length) return false;
  return members.every(
    ([name, value]) => Object.hasOwn(others, name) && isSame(value, others[name]),
  );
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/** Names of members, or places in a list. */
function at(value: unknown, path: readonly string[]): unknown {
  let here = value;
  for (const name of path) {
    if (typeof here !== 'object' || here === null || !Object.hasOwn(here, name)) return undefined;
    here = (here as Readonly<Record<string, unknown>>)[name];
  }
  return here;
}
