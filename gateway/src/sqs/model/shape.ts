// The words in which the SQS actions are declared, and the TypeScript types that follow. It holds no codec: JSON, query
// and XML are read and written by walking these declarations.

export type Shape =
  | { readonly kind: 'text' }
  | { readonly kind: 'integer' }
  | { readonly kind: 'flag' }
  | { readonly kind: 'blob' }
  | ListShape
  | MapShape
  | StructShape;

export interface StructShape {
  readonly kind: 'struct';
  readonly members: Members;
}

export interface ListShape {
  readonly kind: 'list';
  readonly item: Shape;
  /** In the query protocol lists are flattened under this name: `AttributeName.1`; so are their elements in XML. */
  readonly flat: string;
}

export interface MapShape {
  readonly kind: 'map';
  readonly value: Shape;
  /** In the query protocol: `Attribute.1.Name`, `Attribute.1.Value`; in XML an element of this name an entry. */
  readonly flat: string;
  readonly key: 'Name' | 'Key';
}

declare const valueType: unique symbol;
export type Typed<T, S extends Shape = Shape> = S & { readonly [valueType]?: T };

export interface Member<T = unknown, R extends boolean = boolean> {
  readonly shape: Typed<T>;
  /** A request without it is refused with MissingParameter. */
  readonly required: R;
}

export type Members = { readonly [name: string]: Member };

type ShapeValue<M> = M extends Member<infer T> ? T : never;
type RequiredNames<M extends Members> = {
  [N in keyof M]: M[N] extends Member<unknown, true> ? N : never;
}[keyof M];

/** What the members hold: optional ones may be absent. */
export type Values<M extends Members> = {
  readonly [N in RequiredNames<M>]: ShapeValue<M[N]>;
} & { readonly [N in Exclude<keyof M, RequiredNames<M>>]?: ShapeValue<M[N]> | undefined };

export const text: Typed<string> = { kind: 'text' };
/** A number in JSON; texts of digits are taken too, as older clients send them. */
export const integer: Typed<number> = { kind: 'integer' };
/** Only replies have them. */
export const flag: Typed<boolean> = { kind: 'flag' };
/** Base64 in JSON and in the query protocol. */
export const blob: Typed<Uint8Array> = { kind: 'blob' };

export function list<T>(item: Typed<T>, flat: string): Typed<readonly T[]> {
  return { kind: 'list', item, flat };
}

export function map<T>(
  value: Typed<T>,
  flat: string,
  key: 'Name' | 'Key' = 'Name',
): Typed<Readonly<Record<string, T>>> {
  return { kind: 'map', value, flat, key };
}

export function struct<const M extends Members>(members: M): Typed<Values<M>> {
  return { kind: 'struct', members };
}

export function required<T>(shape: Typed<T>): Member<T, true> {
  return { shape, required: true };
}

export function optional<T>(shape: Typed<T>): Member<T, false> {
  return { shape, required: false };
}
