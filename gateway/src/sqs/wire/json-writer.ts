// Writes the output of an action as the JSON protocol has it: absent members are left out, and so are empty lists and
// maps where the declaration does not require them, as the service does.

import type { Members, Shape } from '../model/shape.ts';
import { encodeBase64 } from './base64.ts';

type Values = Readonly<Record<string, unknown>>;
/** Gives the output as JSON text. */
export type JsonWriter = (output: Values) => string;
type Plain = (value: unknown) => unknown;

export function compileJsonOutput(members: Members): JsonWriter {
  const plain = plainStruct(members, true);
  return plain === undefined
    ? (output) => JSON.stringify(output)
    : (output) => JSON.stringify(plain(output));
}

/** How a value becomes one that JSON can hold; undefined: it is one already. */
function plainOf(shape: Shape): Plain | undefined {
  if (shape.kind === 'list') return plainList(plainOf(shape.item));
  if (shape.kind === 'map') return plainMap(plainOf(shape.value));
  if (shape.kind === 'struct') return plainStruct(shape.members, false);
  return shape.kind === 'blob' ? (value) => encodeBase64(value as Uint8Array) : undefined;
}

function plainList(item: Plain | undefined): Plain | undefined {
  return item === undefined ? undefined : (value) => (value as readonly unknown[]).map(item);
}

function plainMap(item: Plain | undefined): Plain | undefined {
  if (item === undefined) return undefined;
  return (value) => {
    const entries = Object.entries(value as Values).map(([name, of]) => [name, item(of)] as const);
    return Object.fromEntries(entries);
  };
}

function plainStruct(members: Members, isOutput: boolean): Plain | undefined {
  const fields = Object.entries(members).map(([name, { shape, required }]) => ({
    name,
    plain: plainOf(shape),
    mayLeaveOut: isOutput && !required && (shape.kind === 'list' || shape.kind === 'map'),
  }));
  if (fields.every(({ plain, mayLeaveOut }) => plain === undefined && !mayLeaveOut)) {
    return undefined;
  }
  return (value) => {
    const source = value as Values;
    const target: Record<string, unknown> = {};
    for (const { name, plain, mayLeaveOut } of fields) {
      const held = source[name];
      if (held === undefined || (mayLeaveOut && isEmpty(held))) continue;
      target[name] = plain === undefined ? held : plain(held);
    }
    return target;
  };
}

export function isEmpty(value: unknown): boolean {
  if (Array.isArray(value)) return value.length === 0;
  return typeof value === 'object' && value !== null && Object.keys(value).length === 0;
}
