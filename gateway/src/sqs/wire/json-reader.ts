// Reads the input of an action from a parsed JSON body. A reader is compiled once an action from its declaration; it
// takes only what is declared, so that nothing a caller invents reaches a handler.

import { SqsError } from '../errors.ts';
import type { Members, Shape } from '../model/shape.ts';
import { decodeBase64 } from './base64.ts';
import { ENTRIES_MAX, missing, nullRecord } from './input.ts';

/** Throws Serialization and MissingParameter. */
export type JsonReader = (body: Record<string, unknown>) => Record<string, unknown>;
type ValueReader = (value: unknown) => unknown;

export function compileJsonInput(members: Members): JsonReader {
  return structReader(members);
}

function readerOf(shape: Shape): ValueReader {
  if (shape.kind === 'list') return listReader(readerOf(shape.item));
  if (shape.kind === 'map') return mapReader(readerOf(shape.value));
  if (shape.kind === 'struct') return structReader(shape.members);
  return SCALARS[shape.kind];
}

function structReader(members: Members): (value: unknown) => Record<string, unknown> {
  const fields = Object.entries(members).map(([name, member]) => ({
    name,
    required: member.required,
    read: readerOf(member.shape),
  }));
  return (value) => {
    const source = asObject(value);
    const input: Record<string, unknown> = {};
    for (const field of fields) {
      const given = source[field.name];
      if (given !== undefined && given !== null) input[field.name] = field.read(given);
      else if (field.required) throw missing(field.name);
    }
    return input;
  };
}

function listReader(read: ValueReader): ValueReader {
  return (value) => {
    if (!Array.isArray(value)) throw mismatch(value, 'a list');
    if (value.length > ENTRIES_MAX) throw tooMany();
    return value.map((item: unknown) => read(item));
  };
}

function mapReader(read: ValueReader): ValueReader {
  return (value) => {
    const source = asObject(value);
    const names = Object.keys(source);
    if (names.length > ENTRIES_MAX) throw tooMany();
    const entries = nullRecord();
    for (const name of names) entries[name] = read(source[name]);
    return entries;
  };
}

function asObject(value: unknown): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw mismatch(value, 'an object');
  }
  return value as Record<string, unknown>;
}

function readText(value: unknown): string {
  if (typeof value !== 'string') throw mismatch(value, 'a String');
  return value;
}

const DIGITS = /^-?\d{1,16}$/;

/** Older clients, and those made by hand, send numbers as texts. */
function readInteger(value: unknown): number {
  const number = typeof value === 'string' && DIGITS.test(value) ? Number(value) : value;
  if (typeof number !== 'number' || !Number.isSafeInteger(number)) {
    throw mismatch(value, 'an Integer');
  }
  return number === 0 ? 0 : number;
}

function readFlag(value: unknown): boolean {
  if (typeof value !== 'boolean') throw mismatch(value, 'a Boolean');
  return value;
}

function readBlob(value: unknown): Uint8Array {
  return decodeBase64(readText(value));
}

const SCALARS = { text: readText, integer: readInteger, flag: readFlag, blob: readBlob } as const;

function mismatch(value: unknown, wanted: string): SqsError {
  return new SqsError('Serialization', `${kindOf(value)} can not be converted to ${wanted}`);
}

/** As the service names what it found. */
function kindOf(value: unknown): string {
  if (value === null) return 'NULL_VALUE';
  if (typeof value === 'string') return 'STRING_VALUE';
  if (typeof value === 'boolean') return value ? 'TRUE_VALUE' : 'FALSE_VALUE';
  if (typeof value === 'number') return Number.isInteger(value) ? 'NUMBER_VALUE' : 'DECIMAL_VALUE';
  return Array.isArray(value) ? 'START_ARRAY' : 'START_OBJECT';
}

function tooMany(): SqsError {
  return new SqsError('Serialization', `A list or map has more than ${ENTRIES_MAX} entries.`);
}
