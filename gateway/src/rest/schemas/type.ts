// Builds schemas as TypeBox does, with its types: JSON Schema as plain values. TypeBox's own builders load hundreds of
// modules at each start, for these lines. It must not check anything: that is done by validation.

import type { Type as TypeBox } from 'typebox';

type Options = Readonly<Record<string, unknown>>;
type Schema = Options;

/** Which members may be missing is known to their object alone: it is no part of their schemas. */
const OPTIONAL = '~optional';

const isRequired = ([, schema]: [string, Schema]) => !(OPTIONAL in schema);

const BUILDERS = {
  String: (options?: Options) => ({ type: 'string', ...options }),
  Integer: (options?: Options) => ({ type: 'integer', ...options }),
  Number: (options?: Options) => ({ type: 'number', ...options }),
  Boolean: (options?: Options) => ({ type: 'boolean', ...options }),
  Null: (options?: Options) => ({ type: 'null', ...options }),
  Unknown: (options?: Options) => ({ ...options }),
  Literal: (value: string | number | boolean, options?: Options) => ({
    type: typeof value,
    const: value,
    ...options,
  }),
  Array: (items: Schema, options?: Options) => ({ type: 'array', items, ...options }),
  Union: (anyOf: Schema[], options?: Options) => ({ anyOf, ...options }),
  /** By any names. */
  Record: (_names: Schema, values: Schema, options?: Options) => ({
    type: 'object',
    patternProperties: { '^.*$': values },
    ...options,
  }),
  Object: (properties: Record<string, Schema>, options?: Options) => {
    const names = Object.entries(properties)
      .filter(isRequired)
      .map(([name]) => name);
    const required = names.length > 0 ? { required: names } : {};
    return { type: 'object', ...required, properties, ...options };
  },
  Optional: (schema: Schema) => Object.defineProperty({ ...schema }, OPTIONAL, { value: true }),
  /** A schema as it stands; what it means to the compiler is said by the caller. */
  Unsafe: (schema: Schema) => ({ ...schema }),
};

export const Type = BUILDERS as unknown as Pick<typeof TypeBox, keyof typeof BUILDERS>;
