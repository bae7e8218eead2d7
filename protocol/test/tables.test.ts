// The tables: numbers and names that stand for one thing only, limits that fit each other.
import { describe, expect, it } from 'vitest';
import { compileCodec } from '../src/codec/codec.ts';
import {
  APIS,
  type ApiName,
  apiByKey,
  ERRORS,
  type ErrorName,
  errorName,
  LIMITS,
  MillraceError,
} from '../src/index.ts';
import type { ApiSpec, Fields } from '../src/schema.ts';

const APIS_LISTED: [string, ApiSpec][] = Object.entries(APIS);
const ERRORS_LISTED = Object.entries(ERRORS);

function isUnique(values: readonly unknown[]): boolean {
  return new Set(values).size === values.length;
}

/** Every sentence in a declaration. */
function abouts(fields: Fields): string[] {
  return Object.values(fields).flatMap(({ about, shape }) => {
    if (shape.kind === 'array') return [about, ...abouts({ item: shape.item })];
    if (shape.kind === 'map') return [about, ...abouts({ value: shape.value })];
    return shape.kind === 'struct' ? [about, ...abouts(shape.fields)] : [about];
  });
}

describe('the API table', () => {
  it('has unique keys, and each API under its own name', () => {
    expect(isUnique(APIS_LISTED.map(([, { key }]) => key))).toBe(true);
    for (const [name, spec] of APIS_LISTED) {
      expect(spec.name).toBe(name);
      expect(apiByKey(spec.key)).toBe(name);
      expect(spec.key).toBeGreaterThanOrEqual(0);
      expect(spec.key).toBeLessThanOrEqual(0xffff);
    }
    expect(apiByKey(0xffff)).toBeUndefined();
  });

  it.each(APIS_LISTED)('%s can be compiled at every version and says what it is', (_, spec) => {
    expect(spec.versions.min).toBeGreaterThanOrEqual(1);
    for (let version = spec.versions.min; version <= spec.versions.max; version += 1) {
      compileCodec(spec.request, version, 'request');
      compileCodec(spec.response, version, 'response');
    }
    const sentences = [spec.about, ...abouts(spec.request), ...abouts(spec.response)];
    expect(sentences.filter((text) => !/^\S.*\.$/.test(text))).toEqual([]);
  });

  it.each(APIS_LISTED)('%s names errors that exist, once', (_, spec) => {
    expect(spec.errors.filter((name) => !(name in ERRORS))).toEqual([]);
    expect(isUnique(spec.errors)).toBe(true);
  });

  it('begins with Hello, whose key never changes', () => {
    expect(apiByKey(0)).toBe('Hello' satisfies ApiName);
  });
});

describe('the error table', () => {
  it('has unique numbers', () => {
    expect(isUnique(ERRORS_LISTED.map(([, { code }]) => code))).toBe(true);
    for (const [name, { code }] of ERRORS_LISTED) expect(errorName(code)).toBe(name);
    expect(errorName(0)).toBeUndefined();
  });

  it.each(ERRORS_LISTED)('%s is complete', (name, spec) => {
    expect(name).toMatch(/^[A-Z]+(_[A-Z]+)*$/);
    expect(spec.code).toBeGreaterThan(0);
    expect(spec.code).toBeLessThanOrEqual(0xffff);
    expect(spec.http).toBeGreaterThanOrEqual(400);
    expect(spec.http).toBeLessThan(600);
    expect(spec.sqs).toMatch(/^[A-Z][A-Za-z]+$/);
    expect(spec.text).toMatch(/^[A-Z].*\.$/);
  });

  it('says whether to try again', () => {
    expect(new MillraceError('OVERLOADED').retriable).toBe(true);
    expect(new MillraceError('NOT_LEADER')).toMatchObject({ action: 'refresh', number: 12 });
    expect(new MillraceError('INVALID_NAME').retriable).toBe(false);
    const names = Object.keys(ERRORS) as ErrorName[];
    const retriable = names.filter((name) => new MillraceError(name).retriable);
    expect(retriable).toEqual(names.filter((name) => ERRORS[name].action !== 'give up'));
  });

  it('gives errors with name, text and cause', () => {
    const cause = new Error('why');
    const error = new MillraceError('INTERNAL', undefined, {}, { cause });
    expect(error).toBeInstanceOf(Error);
    expect(error).toMatchObject({ name: 'MillraceError', message: ERRORS.INTERNAL.text, cause });
  });
});

describe('the limits', () => {
  it('are positive whole numbers', () => {
    const wrong = Object.entries(LIMITS).filter(
      ([, value]) => !(Number.isInteger(value) && value > 0),
    );
    expect(wrong).toEqual([]);
  });
});
