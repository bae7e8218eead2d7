// A walk over the tags of a MessagePack value before anything is unpacked: no recursion and no allocation.
// What passes is standard, complete, and cannot make an unpacker allocate far beyond the bytes given.

import { MillraceError } from '../errors.ts';
import { LIMITS } from '../limits.ts';
import { isText } from './is-text.ts';

const REFUSED = 0;
const SCALAR = 1;
const FLOAT = 2;
const TEXT = 3;
const BYTES = 4;
const ARRAY = 5;
const MAP = 6;

/** What a tag begins, and how many bytes follow it: of a scalar its value, otherwise its length field. */
const KIND = new Uint8Array(256);
const WIDTH = new Uint8Array(256);
/** The part of the tag that is a length, for tags without a length field. */
const MASK = new Uint8Array(256);

function tags(
  kind: number,
  first: number,
  last: number,
  widths: readonly number[],
  mask = 0,
): void {
  for (let tag = first; tag <= last; tag += 1) {
    KIND[tag] = kind;
    WIDTH[tag] = widths[tag - first] ?? 0;
    MASK[tag] = mask;
  }
}

tags(SCALAR, 0x00, 0x7f, []);
tags(MAP, 0x80, 0x8f, [], 0x0f);
tags(ARRAY, 0x90, 0x9f, [], 0x0f);
tags(TEXT, 0xa0, 0xbf, [], 0x1f);
tags(SCALAR, 0xc0, 0xc0, []);
tags(SCALAR, 0xc2, 0xc3, []);
tags(BYTES, 0xc4, 0xc6, [1, 2, 4]);
tags(FLOAT, 0xca, 0xcb, [4, 8]);
tags(SCALAR, 0xcc, 0xd3, [1, 2, 4, 8, 1, 2, 4, 8]);
tags(TEXT, 0xd9, 0xdb, [1, 2, 4]);
tags(ARRAY, 0xdc, 0xdd, [2, 4]);
tags(MAP, 0xde, 0xdf, [2, 4]);
tags(SCALAR, 0xe0, 0xff, []);

/** What a map costs in memory, in values: even an empty one. */
const MAP_VALUES = 16;

/** Values still to come at each level. Shared: the walk is synchronous. */
const pending = new Float64Array(LIMITS.frameDepthMax + 1);

function malformed(what: string, limit?: string): never {
  throw new MillraceError('MALFORMED_FRAME', `Not a MessagePack value of this protocol: ${what}.`, {
    limit,
  });
}

function lengthAfter(bytes: Uint8Array, at: number, width: number): number {
  let length = 0;
  for (let i = at; i < at + width; i += 1) length = length * 256 + (bytes[i] as number);
  return length;
}

function checkCounts(children: number, bytesLeft: number, depth: number): void {
  if (children > bytesLeft) malformed('an array or map is cut short');
  if (depth === LIMITS.frameDepthMax)
    malformed('it is nested too deep', `${LIMITS.frameDepthMax} levels`);
}

/**
 * Throws MALFORMED_FRAME unless the bytes are exactly one MessagePack value without extension types, within the limits
 * of depth and count, every string of it UTF-8. Returns whether a floating-point number is in it.
 */
export function checkMessagePack(bytes: Uint8Array, valuesMax: number): boolean {
  const size = bytes.length;
  let at = 0;
  let depth = 0;
  let values = 1;
  let hasFloat = false;
  let left = 1;
  for (;;) {
    while (left === 0) {
      if (depth === 0) {
        if (at !== size) malformed('bytes follow it');
        return hasFloat;
      }
      depth -= 1;
      left = pending[depth] as number;
    }
    left -= 1;
    if (at >= size) malformed('it is cut short');
    const tag = bytes[at] as number;
    const kind = KIND[tag] as number;
    const width = WIDTH[tag] as number;
    at += 1;
    if (at + width > size) malformed('it is cut short');
    if (kind === SCALAR) {
      at += width;
      continue;
    }
    if (kind === FLOAT) {
      hasFloat = true;
      at += width;
      continue;
    }
    if (kind === REFUSED) malformed(`tag 0x${tag.toString(16)} is not allowed`);
    const length = width === 0 ? tag & (MASK[tag] as number) : lengthAfter(bytes, at, width);
    at += width;
    if (kind === TEXT || kind === BYTES) {
      if (length > size - at) malformed('it is cut short');
      if (kind === TEXT && !isText(bytes, at, at + length)) malformed('a string is not UTF-8');
      at += length;
      continue;
    }
    const children = kind === MAP ? 2 * length : length;
    values += kind === MAP ? children + MAP_VALUES : children;
    if (values > valuesMax) malformed('it holds too many values', `${valuesMax} values`);
    checkCounts(children, size - at, depth);
    pending[depth] = left;
    depth += 1;
    left = children;
  }
}
