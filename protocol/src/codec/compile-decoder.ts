// Compiles a declaration into a closure from what msgpackr unpacked to a checked value. Fields that are absent get
// their default or null; fields after the known ones are those of a newer peer and are ignored.

import type { AnyField, Fields } from '../schema.ts';
import { FieldFault, within } from './field-fault.ts';
import {
  checkBool,
  checkBytes,
  checkCount,
  checkFloat,
  checkInt,
  checkMapKey,
  checkText,
} from './scalars.ts';

export type Decoder = (wire: unknown) => unknown;
/** Reads the fields of a struct from an array, from a position on. */
export type FieldsDecoder = (wire: readonly unknown[], from: number) => object;

function shapeDecoder(field: AnyField, version: number): Decoder {
  const { shape } = field;
  switch (shape.kind) {
    case 'int': {
      const { min, max } = shape;
      return (wire) => checkInt(wire, min, max);
    }
    case 'float':
      return (wire) => checkFloat(wire, shape.min, shape.max);
    case 'bool':
      return checkBool;
    case 'string':
      return (wire) => checkText(wire, shape.bytesMax);
    case 'bytes':
      return (wire) => checkBytes(wire, shape.bytesMax);
    case 'choice':
      return (wire) => shape.values[checkInt(wire, 0, shape.values.length - 1)];
    case 'array':
      return arrayDecoder(fieldDecoder(shape.item, version), shape.countMax);
    case 'map':
      return mapDecoder(fieldDecoder(shape.value, version), shape.countMax);
    case 'struct':
      break;
  }
  return structDecoder(shape.fields, version);
}

function structDecoder(fields: Fields, version: number): Decoder {
  const decode = fieldsDecoder(fields, version);
  return (wire) => {
    if (!Array.isArray(wire)) throw new FieldFault('not an array of fields');
    return decode(wire, 0);
  };
}

function arrayDecoder(item: Decoder, countMax: number): Decoder {
  return (wire) => {
    if (!Array.isArray(wire)) throw new FieldFault('not an array');
    const items = wire as unknown[];
    checkCount(items.length, countMax);
    let i = 0;
    try {
      for (; i < items.length; i += 1) items[i] = item(items[i]);
    } catch (fault) {
      throw within(fault, i);
    }
    return items;
  };
}

function mapDecoder(inner: Decoder, countMax: number): Decoder {
  return (wire) => {
    if (!(wire instanceof Map)) throw new FieldFault('not a map');
    checkCount(wire.size, countMax);
    const out: { [key: string]: unknown } = {};
    for (const [key, item] of wire as Map<unknown, unknown>) {
      try {
        out[checkMapKey(key)] = inner(item);
      } catch (fault) {
        throw within(fault, `[${JSON.stringify(key)}]`);
      }
    }
    return out;
  };
}

function fieldDecoder(field: AnyField, version: number): Decoder {
  const decode = shapeDecoder(field, version);
  if (!field.omittable) return decode;
  const absent = field.fallback;
  return (wire) => (wire === null || wire === undefined ? absent : decode(wire));
}

function absentDecoder(field: AnyField): Decoder {
  if (!field.omittable)
    throw new Error('a field added later needs a default or has to be nullable');
  return () => field.fallback;
}

export function fieldsDecoder(fields: Fields, version: number): FieldsDecoder {
  const names = Object.keys(fields);
  const decoders = names.map((name) => {
    const field = fields[name] as AnyField;
    return field.since > version ? absentDecoder(field) : fieldDecoder(field, version);
  });
  return (wire, from) => {
    const out: { [name: string]: unknown } = {};
    let i = 0;
    try {
      for (; i < names.length; i += 1) {
        out[names[i] as string] = (decoders[i] as Decoder)(wire[from + i]);
      }
    } catch (fault) {
      if (fault instanceof FieldFault && fault.path === '' && from + i >= wire.length) {
        throw within(new FieldFault('missing'), names[i] as string);
      }
      throw within(fault, names[i] as string);
    }
    return out;
  };
}
