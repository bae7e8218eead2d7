// Schemas of HTTP from the declarations of the wire protocol: what a field says there holds here too.

import type { AnyField, Decoded, Encodable, Field, Fields } from '@millrace/protocol';
import type { TUnsafe } from 'typebox';
import { Type } from './type.ts';

type Bounds = Record<string, unknown>;

function plainSchema({ shape, about }: AnyField, isRequest: boolean): Bounds {
  const description = about;
  switch (shape.kind) {
    case 'int':
      return { type: 'integer', minimum: shape.min, maximum: shape.max, description };
    case 'float':
      return { type: 'number', minimum: shape.min, maximum: shape.max, description };
    case 'bool':
      return { type: 'boolean', description };
    case 'string':
      // The protocol counts bytes: the broker has the last word.
      return { type: 'string', maxLength: shape.bytesMax, description };
    case 'bytes':
      return { type: 'string', contentEncoding: 'base64', description };
    case 'choice':
      return { type: 'string', enum: [...shape.values], description };
    case 'array': {
      const items = schemaOf(shape.item, isRequest);
      return { type: 'array', items, maxItems: shape.countMax, description };
    }
    case 'map': {
      // An absent value means something of its own.
      const value = schemaOf(shape.value, isRequest);
      const additionalProperties = shape.value.nullable && isRequest ? orNull(value) : value;
      return { type: 'object', additionalProperties, maxProperties: shape.countMax, description };
    }
    case 'struct':
      return { ...objectOf(shape.fields, isRequest), description };
    // no default
  }
  throw new TypeError(`a field of an unknown kind: ${description}`);
}

function schemaOf(field: AnyField, isRequest: boolean): Bounds {
  const schema = plainSchema(field, isRequest);
  // A request leaves out what it does not say; an answer says null.
  return isRequest || !field.nullable ? schema : orNull(schema);
}

function orNull(schema: Bounds): Bounds {
  const type = [schema['type'], 'null'];
  return schema['enum'] === undefined
    ? { ...schema, type }
    : { ...schema, type, enum: [...(schema['enum'] as unknown[]), null] };
}

function objectOf(fields: Fields, isRequest: boolean): Bounds {
  const entries = Object.entries(fields);
  const required = entries.filter(([, { omittable }]) => !(isRequest && omittable));
  return {
    type: 'object',
    properties: Object.fromEntries(
      entries.map(([name, field]) => [name, withDefault(field, isRequest)]),
    ),
    ...(required.length === 0 ? {} : { required: required.map(([name]) => name) }),
    additionalProperties: false,
  };
}

function withDefault(field: AnyField, isRequest: boolean): Bounds {
  const schema = schemaOf(field, isRequest);
  const { fallback } = field;
  if (!isRequest || fallback === undefined || fallback === null) return schema;
  return { ...schema, default: fallback };
}

/** A field as a request has it. */
export function inField<T>(
  field: Field<T, boolean>,
  options: object = {},
): TUnsafe<NonNullable<T>> {
  return Type.Unsafe<NonNullable<T>>({ ...schemaOf(field, true), ...options });
}

/** A field as an answer has it. */
export function outField<T>(field: Field<T, boolean>): TUnsafe<T> {
  return Type.Unsafe<T>(schemaOf(field, false));
}

/** One item of a list in a reply, without what only the wire needs. */
export function outItem<T extends object, const N extends keyof T & string = never>(
  field: Field<T[], boolean>,
  without: readonly N[] = [],
  options: object = {},
): TUnsafe<Omit<T, N>> {
  const { shape } = field;
  if (shape.kind !== 'array' || shape.item.shape.kind !== 'struct') {
    throw new TypeError('the field is no list of structs');
  }
  const fields = Object.entries(shape.item.shape.fields);
  const kept = fields.filter(([name]) => !(without as readonly string[]).includes(name));
  return Type.Unsafe<Omit<T, N>>({ ...objectOf(Object.fromEntries(kept), false), ...options });
}

/** All fields of a reply, as an object that has no others. */
export function outObject<const S extends Fields>(
  fields: S,
  options: object = {},
): TUnsafe<Decoded<S>> {
  return Type.Unsafe<Decoded<S>>({ ...objectOf(fields, false), ...options });
}

/** Some fields of a request, as an object that has no others. */
export function inObject<const S extends Fields>(fields: S): TUnsafe<Encodable<S>> {
  return Type.Unsafe<Encodable<S>>(objectOf(fields, true));
}
