// Parameters of the query protocol, from a form and from a query string, as one tree by the dots of their names. It knows
// no action; its work grows with the bytes of the request alone, whatever numbers stand in it.

import { isUtf8 } from 'node:buffer';
import { SqsError } from '../errors.ts';

/** The largest true request, ten entries of ten attributes, has some five hundred. */
const PARAMETERS_MAX = 20_000;
/** `SendMessageBatchRequestEntry.1.MessageAttribute.1.Value.StringValue` has six parts. */
const PARTS_MAX = 8;

/** A parameter's value, and those below its name. */
export interface Node {
  value: string | undefined;
  readonly children: Map<string, Node>;
}

/** Later texts win over earlier ones. Throws MalformedQueryString. */
export function parseParameters(...texts: readonly string[]): Node {
  const root = emptyNode();
  let count = 0;
  for (const text of texts) {
    let start = 0;
    while (start < text.length) {
      const next = text.indexOf('&', start);
      const end = next === -1 ? text.length : next;
      if (end > start) {
        count += 1;
        if (count > PARAMETERS_MAX) throw malformed(`more than ${PARAMETERS_MAX} parameters`);
        insertPair(root, text, start, end);
      }
      start = end + 1;
    }
  }
  return root;
}

/** The text of a form. Throws MalformedQueryString. */
export function formText(body: Buffer): string {
  if (!isUtf8(body)) throw malformed('it is not valid UTF-8');
  return body.toString('utf8');
}

const BEYOND_ASCII = /[^\x20-\x7e]/;

/** The query string of a URL, without its question mark. Throws MalformedQueryString. */
export function queryText(url: string): string {
  const mark = url.indexOf('?');
  if (mark === -1) return '';
  const text = url.slice(mark + 1);
  if (BEYOND_ASCII.test(text)) throw malformed('a URL is plain ASCII');
  return text;
}

function insertPair(root: Node, text: string, start: number, end: number): void {
  const sign = text.indexOf('=', start);
  const nameEnd = sign === -1 || sign > end ? end : sign;
  const name = decodeFormText(text.slice(start, nameEnd));
  const parts = name.split('.', PARTS_MAX + 1);
  if (parts.length > PARTS_MAX) throw malformed(`a name has more than ${PARTS_MAX} parts`);
  let node = root;
  for (const part of parts) node = childOf(node, part);
  node.value = decodeFormText(text.slice(Math.min(nameEnd + 1, end), end));
}

function childOf(node: Node, part: string): Node {
  const known = node.children.get(part);
  if (known !== undefined) return known;
  const made = emptyNode();
  node.children.set(part, made);
  return made;
}

function emptyNode(): Node {
  return { value: undefined, children: new Map() };
}

/** Throws MalformedQueryString. */
export function decodeFormText(text: string): string {
  const spaced = text.includes('+') ? text.replaceAll('+', ' ') : text;
  if (!spaced.includes('%')) return spaced;
  try {
    return decodeURIComponent(spaced);
  } catch (cause) {
    throw new SqsError('MalformedQueryString', 'A parameter has a malformed percent-encoding.', {
      cause,
    });
  }
}

function malformed(reason: string): SqsError {
  return new SqsError('MalformedQueryString', `The query string is malformed: ${reason}.`);
}
