// Values for the fields of the API tables, by seed: mostly what a field takes, with its edges, now and then what it does not.

import type { Random } from '@millrace/harness';
import { type AnyField, APIS, type ApiName, type Fields } from '@millrace/protocol';
import { nastyText } from '../../sqs/fuzz/values.ts';
import { batchOf } from './batches.ts';
import { ODD_VALUES, type Packable } from './pack.ts';

export const NAMES = ['fuzz-a', 'fuzz-b', 'fuzz-c', 'nobody'];
export const API_NAMES = Object.keys(APIS) as ApiName[];
/** A field that gets what it does not take. */
const ODD_CHANCE = 0.02;
const DEPTH_MAX = 40;

/** The values of a message's fields, in order. A writer may leave out the last ones. */
export function fieldValues(random: Random, fields: Fields): Packable[] {
  const values = Object.entries(fields).map(([name, field]) => fieldValue(random, field, name));
  if (random.chance(0.04)) values.length = random.between(0, values.length);
  if (random.chance(0.04)) values.push(oddValue(random));
  return values;
}

function fieldValue(random: Random, field: AnyField, name: string): Packable {
  if (random.chance(ODD_CHANCE)) return oddValue(random);
  if (field.nullable && random.chance(0.4)) return null;
  return shapeValue(random, field, name);
}

function shapeValue(random: Random, { shape }: AnyField, name: string): Packable {
  switch (shape.kind) {
    case 'int':
      return integer(random, shape.min, shape.max, name);
    case 'float':
      return random.pick([shape.min, shape.max, (shape.min + shape.max) / 2, 0.5, Number.NaN]);
    case 'bool':
      return random.chance(0.5);
    case 'string':
      return text(random, shape.bytesMax);
    case 'bytes':
      return bytes(random, name, shape.bytesMax);
    case 'choice':
      return random.between(0, shape.values.length - (random.chance(0.95) ? 1 : 0));
    case 'array':
      return Array.from({ length: count(random, shape.countMax) }, () =>
        fieldValue(random, shape.item, name),
      );
    case 'map':
      return new Map(
        Array.from({ length: count(random, shape.countMax) }, () => [
          text(random, 512),
          fieldValue(random, shape.value, name),
        ]),
      );
    case 'struct':
      break;
  }
  return fieldValues(random, shape.fields);
}

function integer(random: Random, min: number, max: number, name: string): number {
  // Long polls would only make the run long.
  if (/wait/i.test(name)) return random.pick([0, 0, 1, 5, max + 1]);
  const low = Math.max(min, 0);
  const edges = [low, low, low + 1, low + 2, low + 3, min, max, max + 1, min - 1];
  return random.chance(0.9) ? random.pick(edges) : random.between(low, Math.min(max, low + 1_000));
}

function text(random: Random, bytesMax: number): string {
  const kind = random.between(0, 9);
  if (kind <= 6) return random.pick(NAMES);
  if (kind === 7) return 'x'.repeat(Math.min(70_000, bytesMax + random.between(-1, 1)));
  return nastyText(random);
}

function bytes(random: Random, name: string, bytesMax: number): Uint8Array {
  if (/batch|records/i.test(name)) return batchOf(random);
  return Buffer.alloc(random.pick([0, 1, 16, Math.min(bytesMax, 2_000)]), random.between(0, 255));
}

function count(random: Random, countMax: number): number {
  if (random.chance(0.01)) return Math.min(3_000, countMax + 1);
  return Math.min(countMax, random.pick([0, 1, 1, 1, 2, 3, 8]));
}

function oddValue(random: Random): Packable {
  const kind = random.between(0, 6);
  if (kind === 0) return null;
  if (kind === 1) return random.pick([-1, 2 ** 53, 2 ** 53 + 2, 1.5, -0, Number.POSITIVE_INFINITY]);
  if (kind === 2) return nastyText(random);
  if (kind === 3) return Buffer.alloc(random.between(0, 300), 0xc1);
  if (kind === 4) return random.pick(ODD_VALUES);
  if (kind === 5) return nested(random.between(1, DEPTH_MAX));
  return new Map<Packable, Packable>([[random.pick<Packable>(['a', 1, null]), [1, 2]]]);
}

function nested(depth: number): Packable {
  return depth === 0 ? [] : [nested(depth - 1)];
}
