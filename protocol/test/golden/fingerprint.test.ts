// The wire form of every API at every version, held by a hash. It covers what other peers rely on: order, kinds,
// nullability, defaults and word lists. Sentences and limits may change without a new version.
import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { APIS } from '../../src/index.ts';
import {
  type AnyField,
  type ApiSpec,
  type Fields,
  int,
  nullable,
  string,
  struct,
} from '../../src/schema.ts';
import { demandNone, frozen, type Vector } from './frozen.ts';

interface Fingerprint extends Vector {
  readonly hash: string;
}

function shapeForm({ shape }: AnyField, version: number): unknown {
  if (shape.kind === 'array') return ['array', fieldForm(shape.item, version)];
  if (shape.kind === 'map') return ['map', fieldForm(shape.value, version)];
  if (shape.kind === 'struct') return ['struct', fieldsForm(shape.fields, version)];
  return shape.kind === 'choice' ? ['choice', ...shape.values] : [shape.kind];
}

function fieldForm(field: AnyField, version: number): unknown {
  return [shapeForm(field, version), field.nullable, field.omittable, field.fallback ?? null];
}

function fieldsForm(fields: Fields, version: number): unknown {
  return Object.entries(fields)
    .filter(([, field]) => field.since <= version)
    .map(([name, field]) => [name, fieldForm(field, version)]);
}

function hashOf(fields: Fields, version: number): string {
  const form = JSON.stringify(fieldsForm(fields, version));
  return createHash('sha256').update(form).digest('hex').slice(0, 16);
}

/** `Receive (40) v1 request` and so on. */
function makeFingerprints(): Fingerprint[] {
  return Object.values(APIS as { readonly [name: string]: ApiSpec }).flatMap((spec) => {
    const { key, name, versions } = spec;
    const all = Array.from({ length: versions.max - versions.min + 1 }, (_, i) => versions.min + i);
    return all.flatMap((version) =>
      (['request', 'response'] as const).map((direction) => {
        const hash = hashOf(spec[direction], version);
        return { name: `${name} (${key}) v${version} ${direction}`, hash };
      }),
    );
  });
}

const ADVICE = `The wire form of an API differs from the frozen one (protocol/vectors/fingerprints.json).
A released version never changes: give a new field \`since\`, append it, raise \`versions.max\`, then run
  UPDATE_VECTORS=1 npx vitest run protocol/test/golden
If this version has never been released, freeze it anew:
  UPDATE_VECTORS=all npx vitest run protocol/test/golden`;

function differences(known: readonly Fingerprint[], present: readonly Fingerprint[]): string[] {
  const hashes = new Map(known.map(({ name, hash }) => [name, hash]));
  return present.filter(({ name, hash }) => hashes.get(name) !== hash).map(({ name }) => name);
}

describe('the wire fingerprint', () => {
  const known = frozen('fingerprints.json', makeFingerprints);

  it('is the frozen one, for every API and version', () => {
    expect(() => demandNone(differences(known, makeFingerprints()), ADVICE)).not.toThrow();
  });

  it('loses no API and no version that was released', () => {
    expect(() => demandNone(differences(makeFingerprints(), known), ADVICE)).not.toThrow();
  });

  it.each<[string, Fields, boolean]>([
    ['a sentence', { a: int('Another sentence.'), b: string('B.', 9) }, false],
    ['a limit', { a: int('A.', { max: 7 }), b: string('B.', 10) }, false],
    [
      'a later field',
      { a: int('A.'), b: string('B.', 9), c: int('C.', { since: 2, fallback: 1 }) },
      false,
    ],
    ['a name', { a: int('A.'), c: string('B.', 9) }, true],
    ['the order', { b: string('B.', 9), a: int('A.') }, true],
    ['a kind', { a: string('A.', 9), b: string('B.', 9) }, true],
    ['a default', { a: int('A.', { fallback: 1 }), b: string('B.', 9) }, true],
    ['nil allowed', { a: int('A.'), b: nullable(string('B.', 9)) }, true],
    ['a field more', { a: int('A.'), b: string('B.', 9), c: int('C.') }, true],
    ['a struct inside', { a: int('A.'), b: struct('B.', { c: int('C.') }) }, true],
  ])('changes with %s: %#', (_, fields, changes) => {
    const before = { a: int('A.'), b: string('B.', 9) };
    expect(hashOf(fields, 1) !== hashOf(before, 1)).toBe(changes);
  });
});
