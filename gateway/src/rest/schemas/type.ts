// Builds schemas: JSON Schema as plain values, with the types of TypeBox. Its own builders load hundreds of modules at each
// start, for some lines; these give the same schemas. It must not check anything: that is done by validation.

import type {
  TArray,
  TBoolean,
  TInteger,
  TLiteral,
  TNull,
  TNumber,
  TObject,
  TOptional,
  TProperties,
  TRecord,
  TSchema,
  TString,
  TUnion,
  TUnknown,
  TUnsafe,
} from 'typebox';

type Options = Readonly<Record<string, unknown>>;

/** Which members may be missing is known to their object alone, so it is no part of their schemas. */
const OPTIONAL = '~optional';
const ANY_NAME = '^.*$';

// What TypeBox adds to its types besides is there for the compiler only.
function schema<T extends TSchema>(parts: Options, options: Options = {}): T {
  return { ...parts, ...options } as unknown as T;
}

export const Type = {
  String: (options?: Options) => schema<TString>({ type: 'string' }, options),
  Integer: (options?: Options) => schema<TInteger>({ type: 'integer' }, options),
  Number: (options?: Options) => schema<TNumber>({ type: 'number' }, options),
  Boolean: (options?: Options) => schema<TBoolean>({ type: 'boolean' }, options),
  Null: (options?: Options) => schema<TNull>({ type: 'null' }, options),
  Unknown: (options?: Options) => schema<TUnknown>({}, options),

  Literal: <const V extends string | number | boolean>(value: V, options?: Options) =>
    schema<TLiteral<V>>({ type: typeof value, const: value }, options),

  Array: <T extends TSchema>(items: T, options?: Options) =>
    schema<TArray<T>>({ type: 'array', items }, options),

  Union: <const T extends TSchema[]>(anyOf: [...T], options?: Options) =>
    schema<TUnion<T>>({ anyOf }, options),

  /** Any names, values of one kind. */
  Record: <T extends TSchema>(_names: TString, values: T, options?: Options) =>
    schema<TRecord<typeof ANY_NAME, T>>(
      { type: 'object', patternProperties: { [ANY_NAME]: values } },
      options,
    ),

  Object: <const P extends TProperties>(properties: P, options?: Options): TObject<P> => {
    const names = Object.keys(properties).filter((name) => !isOptional(properties[name]));
    const required = names.length > 0 ? { required: names } : {};
    return schema<TObject<P>>({ type: 'object', ...required, properties }, options);
  },

  Optional: <T extends TSchema>(given: T): TOptional<T> => {
    const copy = { ...given };
    return Object.defineProperty(copy, OPTIONAL, { value: true }) as unknown as TOptional<T>;
  },

  /** A schema as it stands; what it means to the compiler is said by the caller. */
  Unsafe: <T>(given: object) => schema<TUnsafe<T>>({ ...given }),
} as const;

function isOptional(given: TSchema | undefined): boolean {
  return given !== undefined && OPTIONAL in given;
}
