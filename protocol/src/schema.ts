// The words in which the API tables are written, and the TypeScript types that follow from them.
// It holds no codec: `codec.ts` compiles these declarations into closures.

export type FieldShape =
  | { readonly kind: 'int'; readonly min: number; readonly max: number }
  | { readonly kind: 'float'; readonly min: number; readonly max: number }
  | { readonly kind: 'bool' }
  | { readonly kind: 'string'; readonly bytesMax: number }
  | { readonly kind: 'bytes'; readonly bytesMax: number }
  | { readonly kind: 'choice'; readonly values: readonly string[] }
  | { readonly kind: 'array'; readonly item: AnyField; readonly countMax: number }
  | { readonly kind: 'map'; readonly value: AnyField; readonly countMax: number }
  | { readonly kind: 'struct'; readonly fields: Fields };

declare const valueType: unique symbol;

/** One field of a request, a response or a struct. On the wire fields are positional, in the order declared. */
export interface Field<T, Omittable extends boolean> {
  readonly shape: FieldShape;
  readonly about: string;
  /** First API version that carries the field; older requests get the default. */
  readonly since: number;
  readonly nullable: boolean;
  /** True where a writer may leave the field out: it then has `fallback`. */
  readonly omittable: Omittable;
  readonly fallback?: T | undefined;
  readonly [valueType]?: T;
}

/** A field of any kind. */
export type AnyField = Field<unknown, boolean>;
/** The fields of a struct, by name and in order. */
export type Fields = { readonly [name: string]: AnyField };

export type ValueOf<F> = F extends Field<infer T, boolean> ? T : never;
type OmittableNames<S extends Fields> = {
  [N in keyof S]: S[N] extends Field<unknown, true> ? N : never;
}[keyof S];

/** What a reader gets: every field present, absent ones as null or as their default. */
export type Decoded<S extends Fields> = { -readonly [N in keyof S]: ValueOf<S[N]> };
/** What a writer gives: fields with a default, and nullable ones, may be left out. */
export type Encodable<S extends Fields> = {
  readonly [N in Exclude<keyof S, OmittableNames<S>>]: Writable<ValueOf<S[N]>>;
} & { readonly [N in OmittableNames<S>]?: Writable<ValueOf<S[N]>> | undefined };

declare const structFields: unique symbol;
/** A decoded struct remembers its declaration in its type, so that writers may omit its omittable fields too. */
export type StructValue<S extends Fields> = Decoded<S> & { readonly [structFields]?: S };
type Writable<T> = T extends Uint8Array
  ? T
  : T extends { readonly [structFields]?: infer S extends Fields }
    ? Encodable<S>
    : T extends readonly (infer I)[]
      ? readonly Writable<I>[]
      : T;

interface Options<T> {
  readonly since?: number;
  readonly fallback?: T;
}

function field<T>(shape: FieldShape, about: string, options: Options<T>): Field<T, boolean> {
  const omittable = options.fallback !== undefined;
  return {
    shape,
    about,
    since: options.since ?? 1,
    nullable: false,
    omittable,
    fallback: options.fallback,
  };
}

type Made<T, O> = O extends { readonly fallback: T } ? Field<T, true> : Field<T, false>;

/** An integer from `min` (default 0) to `max` (default 2^53-1), always in integer format on the wire. */
export function int<const O extends Options<number> & { min?: number; max?: number }>(
  about: string,
  options?: O,
) {
  const { min = 0, max = Number.MAX_SAFE_INTEGER } = options ?? {};
  return field<number>({ kind: 'int', min, max }, about, options ?? {}) as Made<number, O>;
}

/** A double from `min` to `max`; never NaN or infinite. */
export function float<const O extends Options<number>>(
  about: string,
  range: { min: number; max: number },
  options?: O,
) {
  return field<number>({ kind: 'float', ...range }, about, options ?? {}) as Made<number, O>;
}

export function bool<const O extends Options<boolean>>(about: string, options?: O) {
  return field<boolean>({ kind: 'bool' }, about, options ?? {}) as Made<boolean, O>;
}

/** UTF-8 text of at most `max` bytes. */
export function string<const O extends Options<string>>(about: string, max: number, options?: O) {
  return field<string>({ kind: 'string', bytesMax: max }, about, options ?? {}) as Made<string, O>;
}

export function bytes(about: string, max: number): Field<Uint8Array, false> {
  return field<Uint8Array>({ kind: 'bytes', bytesMax: max }, about, {}) as Field<Uint8Array, false>;
}

/** One of a fixed list of words; on the wire its position in the list, so the list only grows at its end. */
export function choice<const V extends readonly string[], const O extends Options<V[number]>>(
  about: string,
  values: V,
  options?: O,
) {
  return field<V[number]>({ kind: 'choice', values }, about, options ?? {}) as Made<V[number], O>;
}

export function array<T>(about: string, item: Field<T, boolean>, max: number): Field<T[], false> {
  return field<T[]>({ kind: 'array', item, countMax: max }, about, {}) as Field<T[], false>;
}

/** Text keys (at most 512 bytes) to values of one kind. */
export function map<T>(
  about: string,
  value: Field<T, boolean>,
  max: number,
): Field<{ [key: string]: T }, false> {
  return field<{ [key: string]: T }>({ kind: 'map', value, countMax: max }, about, {}) as Field<
    { [key: string]: T },
    false
  >;
}

export function struct<const S extends Fields>(
  about: string,
  fields: S,
): Field<StructValue<S>, false> {
  return field<StructValue<S>>({ kind: 'struct', fields }, about, {}) as Field<
    StructValue<S>,
    false
  >;
}

/** The field may be absent: nil on the wire, null to a reader, left out by a writer. */
export function nullable<T>(inner: Field<T, boolean>): Field<T | null, true> {
  return { ...inner, nullable: true, omittable: true, fallback: null };
}

/** One API as the table declares it. */
export interface ApiSpec {
  readonly key: number;
  readonly name: string;
  readonly about: string;
  readonly versions: { readonly min: number; readonly max: number };
  readonly request: Fields;
  readonly response: Fields;
  /** Names of errors, beyond the general ones, that the whole request or an item of it may get. */
  readonly errors: readonly string[];
  /** True where sending the request twice has the effect of sending it once: the client may resend it. */
  readonly idempotent: boolean;
}

export function api<const A extends ApiSpec>(spec: A): A {
  return spec;
}
