// Whether a parsed file has the shape that its reader expects: small checks that fit together, and an error that names
// the field. Fields that nobody asked for are let through.

/** The value again, with its type; throws ShapeError with the path of what is wrong. */
export type Shape<T> = (value: unknown, at: string) => T;

export class ShapeError extends Error {
  override readonly name = 'ShapeError';

  constructor(at: string, expected: string, value: unknown) {
    super(`${at === '' ? 'the whole' : at} is not ${expected} but ${nounOf(value)}`);
  }
}

export interface Optional<T> {
  readonly ifThere: Shape<T>;
}

type Fields = Readonly<Record<string, Shape<unknown> | Optional<unknown>>>;

type Sure<F> = { [K in keyof F as F[K] extends Optional<unknown> ? never : K]: Checked<F[K]> };
type Unsure<F> = { [K in keyof F as F[K] extends Optional<unknown> ? K : never]?: Checked<F[K]> };
type Checked<C> = C extends Optional<infer T> ? T : C extends Shape<infer T> ? T : never;

export const number: Shape<number> = (value, at) => {
  if (typeof value === 'number') return value;
  throw new ShapeError(at, 'a number', value);
};

export const text: Shape<string> = (value, at) => {
  if (typeof value === 'string') return value;
  throw new ShapeError(at, 'a text', value);
};

export const boolean: Shape<boolean> = (value, at) => {
  if (typeof value === 'boolean') return value;
  throw new ShapeError(at, 'true or false', value);
};

export function oneOf<const V extends string>(values: readonly V[]): Shape<V> {
  return (value, at) => {
    const found = values.find((each) => each === value);
    if (found !== undefined) return found;
    throw new ShapeError(at, values.map((each) => `'${each}'`).join(' or '), value);
  };
}

export function nullable<T>(shape: Shape<T>): Shape<T | null> {
  return (value, at) => (value === null ? null : shape(value, at));
}

export function optional<T>(shape: Shape<T>): Optional<T> {
  return { ifThere: shape };
}

export function list<T>(shape: Shape<T>): Shape<readonly T[]> {
  return (value, at) => {
    if (!Array.isArray(value)) throw new ShapeError(at, 'a list', value);
    return value.map((each, index) => shape(each, `${at}[${index}]`));
  };
}

export function record<T>(shape: Shape<T>): Shape<Readonly<Record<string, T>>> {
  return (value, at) => {
    const entries = Object.entries(objectAt(value, at));
    return Object.fromEntries(entries.map(([key, each]) => [key, shape(each, `${at}.${key}`)]));
  };
}

export function object<const F extends Fields>(fields: F): Shape<Sure<F> & Unsure<F>> {
  return (value, at) => {
    const found = objectAt(value, at);
    for (const [name, check] of Object.entries(fields)) {
      const path = at === '' ? name : `${at}.${name}`;
      const field = found[name];
      if (typeof check === 'function') check(field, path);
      else if (field !== undefined) check.ifThere(field, path);
    }
    return found as Sure<F> & Unsure<F>;
  };
}

function objectAt(value: unknown, at: string): Readonly<Record<string, unknown>> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    return value as Readonly<Record<string, unknown>>;
  }
  throw new ShapeError(at, 'an object', value);
}

function nounOf(value: unknown): string {
  if (value === undefined) return 'missing';
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'an object';
  const shown = JSON.stringify(value);
  return shown.length > 40 ? `${shown.slice(0, 40)}…` : shown;
}
