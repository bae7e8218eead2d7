// Records in words of one's own, as kcat has them: `%t %p %o %k %s\n`. A template is looked through once; bytes of keys
// and values go out as they are unless they are to be encoded.

import { choiceWith } from '../command.ts';
import { usage } from '../errors/cli-error.ts';
import type { ShownRecord } from './record-json.ts';

const ENCODINGS = ['raw', 'hex', 'base64'] as const;
export type Encoding = (typeof ENCODINGS)[number];

export const ENCODING = choiceWith(
  '--encoding <encoding>',
  'how keys and values are written by --output value, key-value and --template',
  ENCODINGS,
  'raw',
);

export type Render = (record: ShownRecord) => Uint8Array;

type Part = Buffer | ((record: ShownRecord, encoding: Encoding) => Uint8Array);

const text = (value: string | number): Buffer => Buffer.from(String(value));

const TOKENS: { readonly [token: string]: Part } = {
  '%': text('%'),
  t: ({ topic }) => text(topic),
  p: ({ partition }) => text(partition),
  o: ({ offset }) => text(offset),
  T: ({ timestampMs }) => text(timestampMs),
  k: ({ keyBytes }, encoding) => encoded(keyBytes, encoding),
  s: ({ valueBytes }, encoding) => encoded(valueBytes, encoding),
  K: ({ keyBytes }) => text(keyBytes?.length ?? -1),
  S: ({ valueBytes }) => text(valueBytes?.length ?? -1),
  h: ({ headers }, encoding) =>
    Buffer.concat(
      headers.flatMap(([name, value], at) => [
        text(`${at === 0 ? '' : ','}${name}=`),
        encoded(value, encoding),
      ]),
    ),
};

export const TEMPLATE_ABOUT =
  '%t topic, %p partition, %o offset, %k key, %s value, %h headers, %T time (ms), %K and %S lengths in bytes (-1: none), %% a percent sign; \\n, \\t, \\xHH';

const ESCAPES: { readonly [letter: string]: string } = {
  n: '\n',
  t: '\t',
  r: '\r',
  '0': '\0',
  '\\': '\\',
};

/** What stands between a key and its value: the same escapes as in a template. */
export function parseSeparator(given: string): string {
  return Buffer.concat(
    [...pieces(given, false)].filter((part) => Buffer.isBuffer(part)),
  ).toString();
}

/** Checked at once, so that a wrong one is said before anything is read. */
export function parseTemplate(given: string): (encoding: Encoding) => Render {
  const parts = [...pieces(given, true)];
  return (encoding) => (record) =>
    Buffer.concat(
      parts.map((part) => (typeof part === 'function' ? part(record, encoding) : part)),
    );
}

function* pieces(given: string, hasTokens: boolean): Generator<Part> {
  const pattern = hasTokens
    ? /%(.?)|\\(x[0-9a-f]{2}|.?)|[^%\\]+/gisu
    : /\\(x[0-9a-f]{2}|.?)|[^\\]+/gisu;
  for (const match of given.matchAll(pattern)) {
    const [whole] = match;
    if (hasTokens && whole.startsWith('%')) {
      const token = whole.slice(1);
      const part = Object.hasOwn(TOKENS, token) ? TOKENS[token] : undefined;
      if (part === undefined) throw usage(`'${whole}' stands for nothing: ${TEMPLATE_ABOUT}`);
      yield part;
    } else if (whole.startsWith('\\')) yield escaped(whole.slice(1));
    else yield text(whole);
  }
}

function escaped(what: string): Buffer {
  if (/^x[0-9a-f]{2}$/i.test(what)) return Buffer.from(what.slice(1), 'hex');
  const char = Object.hasOwn(ESCAPES, what) ? ESCAPES[what] : undefined;
  if (char === undefined)
    throw usage(`'\\${what}' stands for nothing: write \\n, \\t, \\\\ or \\xHH`);
  return text(char);
}

/** Nothing where there is none. */
export function encoded(bytes: Uint8Array | null, encoding: Encoding): Uint8Array {
  if (bytes === null) return Buffer.alloc(0);
  if (encoding === 'raw') return bytes;
  return text(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString(encoding));
}
