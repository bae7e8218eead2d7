// The header `millrace-sqs`: what an SQS message has and a record has no place for, as JSON. Anybody can write records, so
// what it holds is looked at field by field, and what does not fit counts as absent.

import { baseType } from './attribute.ts';
import { isAttributeName, isId, isMessageText } from './message-text.ts';

export const EXTRAS_HEADER = 'millrace-sqs';
/** Attributes whose names cannot be those of headers lie in headers of these names, by number. */
export const RENAMED_PREFIX = 'millrace-sqs-';

export interface Extras {
  /** Of attributes that are not String, by the attributes' names. */
  readonly types?: Readonly<Record<string, string>> | undefined;
  /** Names of attributes, by their headers. */
  readonly names?: Readonly<Record<string, string>> | undefined;
  readonly dedupId?: string | undefined;
  readonly traceHeader?: string | undefined;
  /** Who sent it, where that was not just the account. */
  readonly sender?: string | undefined;
}

const NONE: Extras = {};

/** Undefined where there is nothing to say. */
export function encodeExtras(extras: Extras): Buffer | undefined {
  const json = JSON.stringify(extras);
  return json === '{}' ? undefined : Buffer.from(json);
}

export function decodeExtras(bytes: Uint8Array): Extras {
  const found = parsed(bytes);
  if (!isObject(found)) return NONE;
  return {
    types: entries(found['types'], (_, type) => isType(type)),
    names: entries(found['names'], (header, name) => isRenaming(header, name)),
    dedupId: text(found['dedupId'], isId),
    traceHeader: text(found['traceHeader'], isMessageText),
    sender: text(found['sender'], isId),
  };
}

export function isType(type: string): boolean {
  return baseType(type) !== undefined && Buffer.byteLength(type) <= 256 && isMessageText(type);
}

function isRenaming(header: string, name: string): boolean {
  return header.startsWith(RENAMED_PREFIX) && isAttributeName(name);
}

function parsed(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(bytes).toString('utf8'));
  } catch {
    // A native producer's own idea of this header says nothing to us.
    return undefined;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function text(value: unknown, fits: (text: string) => boolean): string | undefined {
  return typeof value === 'string' && value !== '' && fits(value) ? value : undefined;
}

function entries(
  found: unknown,
  fits: (key: string, value: string) => boolean,
): Readonly<Record<string, string>> | undefined {
  if (!isObject(found)) return undefined;
  const kept = Object.create(null) as Record<string, string>;
  for (const [key, value] of Object.entries(found)) {
    if (typeof value === 'string' && fits(key, value)) kept[key] = value;
  }
  return kept;
}
