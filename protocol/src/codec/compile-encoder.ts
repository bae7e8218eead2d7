// Compiles a declaration into a closure from a value to what msgpackr packs. It checks everything before a byte is
// written, and gives msgpackr nothing but what standard MessagePack has.

import type { AnyField, Fields } from '../schema.ts';
import { FieldFault, within } from './field-fault.ts';
import {
  checkBool,
  checkBytes,
  checkCount,
  checkFloat,
  checkInt,
  checkMapKeyToWrite,
  checkTextToWrite,
} from './scalars.ts';

export type Encoder = (value: unknown) => unknown;
export type FieldsEncoder = (values: object, out: unknown[]) => void;

export interface EncoderOptions {
  readonly version: number;
  /** Fields newer than the version: refused where they hold something (requests), or left out (responses). */
  readonly newer: 'refuse' | 'omit';
}

/** msgpackr writes integers above 32 bits as floats unless they are bigints. */
function wireInt(value: number): number | bigint {
  return value > 0xffff_ffff || value < -0x8000_0000 ? BigInt(value) : value;
}

function shapeEncoder(field: AnyField, options: EncoderOptions): Encoder {
  const { shape } = field;
  switch (shape.kind) {
    case 'int': {
      const { min, max } = shape;
      if (max <= 0xffff_ffff && min >= -0x8000_0000) return (value) => checkInt(value, min, max);
      return (value) => wireInt(checkInt(value, min, max));
    }
    case 'float':
      return (value) => checkFloat(value, shape.min, shape.max);
    case 'bool':
      return checkBool;
    case 'string':
      return (value) => checkTextToWrite(value, shape.bytesMax);
    case 'bytes':
      return (value) => checkBytes(value, shape.bytesMax);
    case 'choice':
      return choiceEncoder(shape.values);
    case 'array':
      return arrayEncoder(fieldEncoder(shape.item, options), shape.countMax);
    case 'map':
      return mapEncoder(fieldEncoder(shape.value, options), shape.countMax);
    case 'struct':
      break;
  }
  return structEncoder(shape.fields, options);
}

function choiceEncoder(words: readonly string[]): Encoder {
  const positions = new Map<unknown, number>(words.map((word, index) => [word, index]));
  return (value) => {
    const position = positions.get(value);
    if (position === undefined) throw new FieldFault(`not one of ${words.join(', ')}`);
    return position;
  };
}

function arrayEncoder(item: Encoder, countMax: number): Encoder {
  return (value) => {
    if (!Array.isArray(value)) throw new FieldFault('not an array');
    checkCount(value.length, countMax);
    const out: unknown[] = [];
    let i = 0;
    try {
      for (; i < value.length; i += 1) out.push(item(value[i]));
    } catch (fault) {
      throw within(fault, i);
    }
    return out;
  };
}

function mapEncoder(inner: Encoder, countMax: number): Encoder {
  return (value) => {
    if (typeof value !== 'object' || value === null) throw new FieldFault('not an object');
    const entries = Object.entries(value);
    checkCount(entries.length, countMax);
    const out = new Map<string, unknown>();
    for (const [key, item] of entries) {
      try {
        out.set(checkMapKeyToWrite(key), inner(item));
      } catch (fault) {
        throw within(fault, `[${JSON.stringify(key)}]`);
      }
    }
    return out;
  };
}

function structEncoder(fields: Fields, options: EncoderOptions): Encoder {
  const encode = fieldsEncoder(fields, options);
  return (value) => {
    if (typeof value !== 'object' || value === null) throw new FieldFault('not an object');
    const out: unknown[] = [];
    encode(value, out);
    return out;
  };
}

function fieldEncoder(field: AnyField, options: EncoderOptions): Encoder {
  const encode = shapeEncoder(field, options);
  if (!field.omittable) return encode;
  return (value) => (value === undefined || value === null ? null : encode(value));
}

function newerField(field: AnyField, options: EncoderOptions): Encoder {
  if (options.newer === 'omit') return () => undefined;
  return (value) => {
    if (value === undefined || value === null || value === field.fallback) return undefined;
    throw new FieldFault(
      `needs version ${field.since} of the API`,
      undefined,
      'UNSUPPORTED_VERSION',
    );
  };
}

/** Appends the fields of a struct, in order, to an array. */
export function fieldsEncoder(fields: Fields, options: EncoderOptions): FieldsEncoder {
  const names = Object.keys(fields);
  const encoders = names.map((name) => {
    const field = fields[name] as AnyField;
    return field.since > options.version
      ? newerField(field, options)
      : fieldEncoder(field, options);
  });
  const carried = names.filter(
    (name) => (fields[name] as AnyField).since <= options.version,
  ).length;
  if (names.slice(0, carried).some((name) => (fields[name] as AnyField).since > options.version)) {
    throw new Error('a newer field stands before an older one');
  }
  return (values, out) => {
    const record = values as { readonly [name: string]: unknown };
    let i = 0;
    try {
      for (; i < names.length; i += 1) {
        const encoded = (encoders[i] as Encoder)(record[names[i] as string]);
        if (i < carried) out.push(encoded);
      }
    } catch (fault) {
      throw within(fault, names[i] as string);
    }
  };
}
