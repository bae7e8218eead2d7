// Reads the input of an action from the parameters of the query protocol, where lists and maps are flattened under
// numbered names. A reader is compiled once an action from its declaration. Numbers are only sorted, never counted up to.

import { SqsError } from '../errors.ts';
import type { ListShape, MapShape, Members, Shape } from '../model/shape.ts';
import { decodeBase64 } from './base64.ts';
import type { Node } from './form.ts';
import { ENTRIES_MAX, missing, nullRecord } from './input.ts';

/** Throws Serialization and MissingParameter. */
export type QueryReader = (parameters: Node) => Record<string, unknown>;
/** Undefined: not given. `path` is for texts of errors. */
type NodeReader = (node: Node, path: string) => unknown;

export function compileQueryInput(members: Members): QueryReader {
  const read = structReader(members);
  return (parameters) => read(parameters, '');
}

/** A required list that has no element is the empty one: this protocol has no other way to say that. */
function structReader(members: Members): (node: Node, path: string) => Record<string, unknown> {
  const fields = Object.entries(members).map(([name, { shape, required }]) => ({
    name,
    required,
    isList: shape.kind === 'list',
    read: memberReader(name, shape),
  }));
  return (node, path) => {
    const input: Record<string, unknown> = {};
    for (const { name, required, isList, read } of fields) {
      const value = read(node, path);
      if (value !== undefined) input[name] = value;
      else if (required && isList) input[name] = [];
      else if (required) throw missing(path + name);
    }
    return input;
  };
}

/** Reads a member below the node of its struct. */
function memberReader(name: string, shape: Shape): NodeReader {
  if (shape.kind === 'list') return listReader(name, shape);
  if (shape.kind === 'map') return mapReader(shape);
  const read = valueReader(shape);
  return (node, path) => {
    const child = node.children.get(name);
    return child === undefined ? undefined : read(child, path + name);
  };
}

function valueReader(shape: Exclude<Shape, { kind: 'list' | 'map' }>): NodeReader {
  if (shape.kind !== 'struct') return SCALARS[shape.kind];
  const read = structReader(shape.members);
  return (node, path) => (node.children.size === 0 ? undefined : read(node, `${path}.`));
}

/** botocore sends an empty list as the member's own name without a value. */
function listReader(name: string, { flat, item }: ListShape): NodeReader {
  const read = itemReader(item);
  return (node, path) => {
    const child = node.children.get(flat);
    const numbered = child === undefined ? [] : numberedChildren(child);
    if (numbered.length === 0) return node.children.has(name) ? [] : undefined;
    return numbered.map(([number, of]) => {
      const place = `${path}${flat}.${number}`;
      const value = read(of, place);
      if (value === undefined) throw missing(place);
      return value;
    });
  };
}

function mapReader({ flat, key, value }: MapShape): NodeReader {
  const read = itemReader(value);
  return (node, path) => {
    const child = node.children.get(flat);
    if (child === undefined) return undefined;
    const entries = nullRecord();
    for (const [number, of] of mapNodes(child, key)) {
      const place = `${path}${flat}.${number}`;
      const name = of.children.get(key)?.value;
      if (name === undefined) throw missing(`${place}.${key}`);
      const held = of.children.get('Value');
      const entry = held === undefined ? undefined : read(held, `${place}.Value`);
      if (entry === undefined) throw missing(`${place}.Value`);
      entries[name] = entry;
    }
    return entries;
  };
}

/** `Attribute.1.Name`, and the lone `Attribute.Name`. */
function mapNodes(node: Node, key: string): (readonly [string, Node])[] {
  const numbered = numberedChildren(node);
  return node.children.has(key) ? [['1', node], ...numbered] : numbered;
}

function itemReader(shape: Shape): NodeReader {
  if (shape.kind === 'list' || shape.kind === 'map') {
    throw new Error('The query protocol has no lists of lists.');
  }
  return valueReader(shape);
}

const INDEX = /^\d{1,15}$/;

/** In the order of their numbers, which may have gaps; other names below a list mean nothing. */
function numberedChildren(node: Node): [string, Node][] {
  const numbered = [...node.children].filter(([name]) => INDEX.test(name));
  if (numbered.length > ENTRIES_MAX) {
    throw new SqsError('Serialization', `A list or map has more than ${ENTRIES_MAX} entries.`);
  }
  return numbered.toSorted(([a], [b]) => Number(a) - Number(b));
}

const INTEGER = /^[+-]?\d{1,15}$/;

function readInteger({ value }: Node, path: string): number | undefined {
  if (value === undefined || value === '') return undefined;
  if (!INTEGER.test(value)) {
    throw new SqsError('Serialization', `The value of ${path} can not be converted to an Integer`);
  }
  const number = Number(value);
  return number === 0 ? 0 : number;
}

function readFlag({ value }: Node, path: string): boolean | undefined {
  if (value === undefined || value === '') return undefined;
  if (value !== 'true' && value !== 'false') {
    throw new SqsError('Serialization', `The value of ${path} can not be converted to a Boolean`);
  }
  return value === 'true';
}

function readBlob({ value }: Node): Uint8Array | undefined {
  return value === undefined ? undefined : decodeBase64(value);
}

const SCALARS = {
  text: (node) => node.value,
  integer: readInteger,
  flag: readFlag,
  blob: readBlob,
} as const satisfies Record<string, NodeReader>;
