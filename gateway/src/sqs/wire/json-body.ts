// The body of a JSON request as a value: one JSON.parse, behind checks that keep a hostile body from costing more than
// its bytes. What the value has to be is for the readers.

import { isUtf8 } from 'node:buffer';
import { SqsError } from '../errors.ts';

/** Objects and arrays in one body; the largest true request has some hundred. So is their depth bounded. */
const CONTAINERS_MAX = 4_096;
const BRACE = 0x7b;
const BRACKET = 0x5b;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/** Throws Serialization. An absent body is an empty one. */
export function parseJsonBody(body: Buffer): Record<string, unknown> {
  if (!isUtf8(body)) throw new SqsError('Serialization', 'The body is not valid UTF-8.');
  if (mayNest(body) && containers(body) > CONTAINERS_MAX) {
    throw new SqsError(
      'Serialization',
      `The body has more than ${CONTAINERS_MAX} objects and arrays.`,
    );
  }
  const value = parse(body.toString('utf8'));
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new SqsError('Serialization', 'The body is not a JSON object.');
  }
  return value as Record<string, unknown>;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new SqsError('Serialization', 'The body is not valid JSON.', { cause });
  }
}

/** Whether there are so many opening signs, in strings or not, that it takes a closer look. */
function mayNest(body: Buffer): boolean {
  if (body.length <= CONTAINERS_MAX) return false;
  return countUpTo(body, BRACE) + countUpTo(body, BRACKET) > CONTAINERS_MAX;
}

function countUpTo(body: Buffer, sign: number): number {
  let count = 0;
  let at = body.indexOf(sign);
  while (at !== -1 && count <= CONTAINERS_MAX) {
    count += 1;
    at = body.indexOf(sign, at + 1);
  }
  return count;
}

/** Opening signs outside of strings, of any text; no further than the limit. */
function containers(body: Buffer): number {
  let count = 0;
  for (let at = 0; at < body.length && count <= CONTAINERS_MAX; at += 1) {
    const byte = body[at];
    if (byte === BRACE || byte === BRACKET) count += 1;
    else if (byte === QUOTE) at = endOfString(body, at + 1);
  }
  return count;
}

/** Where the string that begins at `start` has its closing quote. */
function endOfString(body: Buffer, start: number): number {
  let at = start;
  while (at < body.length && body[at] !== QUOTE) at += body[at] === BACKSLASH ? 2 : 1;
  return at;
}
