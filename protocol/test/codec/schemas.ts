// Random declarations, and random values that fit them.
import * as fc from 'fast-check';
import type { AnyField, FieldShape, Fields } from '../../src/schema.ts';
import {
  array,
  bool,
  bytes,
  choice,
  float,
  int,
  map,
  nullable,
  string,
  struct,
} from '../../src/schema.ts';
import { character } from '../fuzz.ts';

const WORDS = ['one', 'two', 'three'] as const;
const ABOUT = 'A field.';

const range = fc.uniqueArray(fc.maxSafeInteger(), { minLength: 2, maxLength: 2 }).map((ends) => ({
  min: Math.min(...ends),
  max: Math.max(...ends),
}));

const leaf: fc.Arbitrary<AnyField> = fc.oneof(
  fc.constant(int(ABOUT)),
  fc.constant(int(ABOUT, { max: 0xffff_ffff })),
  fc.constant(int(ABOUT, { min: -1 })),
  range.map((ends) => int(ABOUT, ends)),
  fc.constant(int(ABOUT, { fallback: 7 })),
  fc.constant(float(ABOUT, { min: -1e300, max: 1e300 })),
  fc.constant(bool(ABOUT)),
  fc.constant(bool(ABOUT, { fallback: true })),
  fc.nat(50).map((max) => string(ABOUT, max)),
  fc.nat(50).map((max) => bytes(ABOUT, max)),
  fc.constant(choice(ABOUT, WORDS)),
);

export const fields: fc.Arbitrary<Fields> = fc.letrec<{ field: AnyField; fields: Fields }>(
  (tie) => ({
    field: fc.oneof(
      { maxDepth: 3, depthSize: 'small' },
      leaf,
      leaf.map((inner) => nullable(inner)),
      fc.tuple(tie('field'), fc.nat(6)).map(([item, max]) => array(ABOUT, item, max)),
      fc.tuple(tie('field'), fc.nat(6)).map(([item, max]) => map(ABOUT, item, max)),
      tie('fields').map((inner) => struct(ABOUT, inner)),
      tie('fields').map((inner) => nullable(struct(ABOUT, inner))),
    ),
    fields: fc.dictionary(fc.stringMatching(/^[a-z]{1,8}$/), tie('field'), { maxKeys: 6 }),
  }),
).fields;

function text(bytesMax: number): fc.Arbitrary<string> {
  const wide = fc.string({ unit: character, maxLength: Math.floor(bytesMax / 4) });
  return fc.oneof(fc.string({ maxLength: bytesMax }), wide);
}

function valueOfShape(shape: FieldShape): fc.Arbitrary<unknown> {
  switch (shape.kind) {
    case 'int':
      return fc.oneof(
        fc.bigInt({ min: BigInt(shape.min), max: BigInt(shape.max) }).map(Number),
        fc.constantFrom(shape.min, shape.max),
        fc.constantFrom(...edges(shape.min, shape.max)),
      );
    case 'float':
      // Adding zero makes -0 a 0, as the wire does.
      return fc.double({ min: shape.min, max: shape.max, noNaN: true }).map((value) => value + 0);
    case 'bool':
      return fc.boolean();
    case 'string':
      return text(shape.bytesMax);
    case 'bytes':
      return fc.uint8Array({ maxLength: shape.bytesMax }).map((value) => Buffer.from(value));
    case 'choice':
      return fc.constantFrom(...shape.values);
    case 'array':
      return fc.array(valueOfField(shape.item), { maxLength: shape.countMax });
    case 'map': {
      const key = fc.oneof(text(20), fc.constantFrom('toString', 'constructor', ''));
      const entry = fc.tuple(key, valueOfField(shape.value));
      return fc
        .uniqueArray(entry, { maxLength: shape.countMax, selector: ([name]) => name })
        .map((entries) => Object.fromEntries(entries));
    }
    case 'struct':
      break;
  }
  return valueOfFields(shape.fields);
}

/** Where formats change: those of the range. */
function edges(min: number, max: number): number[] {
  const powers = [5, 7, 8, 15, 16, 31, 32, 33, 52, 53].map((bits) => 2 ** bits);
  const all = powers.flatMap((power) => [power - 1, power, -power, -power - 1]);
  const inside = all.filter((value) => value >= min && value <= max);
  return inside.length > 0 ? inside : [min];
}

export function valueOfField(field: AnyField): fc.Arbitrary<unknown> {
  const value = valueOfShape(field.shape);
  return field.omittable ? fc.oneof(value, fc.constant(null)) : value;
}

export function valueOfFields(declared: Fields): fc.Arbitrary<object> {
  const values = Object.entries(declared).map(
    ([name, field]) => [name, valueOfField(field)] as const,
  );
  return fc.record(Object.fromEntries(values));
}

/** What a reader makes of a value: absent fields have their default. */
export function settled(declared: Fields, value: object): object {
  const given = value as { readonly [name: string]: unknown };
  return Object.fromEntries(
    Object.entries(declared).map(([name, field]) => [name, settledField(field, given[name])]),
  );
}

function settledField(field: AnyField, value: unknown): unknown {
  if (value === null || value === undefined) return field.fallback;
  const { shape } = field;
  if (shape.kind === 'array')
    return (value as unknown[]).map((item) => settledField(shape.item, item));
  if (shape.kind === 'struct') return settled(shape.fields, value);
  if (shape.kind !== 'map') return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, settledField(shape.value, item)]),
  );
}
