// JSON that is carried as its text, so that numbers beyond 2^53 and the order of members survive, and the writer of
// answers that hold such text.

import { isUtf8 } from 'node:buffer';

/** A JSON value as its text. */
export class RawJson {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** As JSON.stringify, but for raw JSON, which stands as it is. */
export function jsonText(value: unknown): string {
  if (value instanceof RawJson) return value.text;
  if (Array.isArray(value)) return `[${value.map(jsonText).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value ?? null);
  let text = '';
  for (const name of Object.keys(value)) {
    const member = (value as Record<string, unknown>)[name];
    if (member === undefined) continue;
    text += `${text === '' ? '' : ','}${JSON.stringify(name)}:${jsonText(member)}`;
  }
  return `{${text}}`;
}

const LINE_ENDS = /[\n\r]+/g;

/** What bytes say, for an answer: JSON where they are JSON, else text, else base64. */
export type Payload =
  | { readonly payload: RawJson }
  | { readonly payloadText: string }
  | { readonly payloadBase64: string };

export function payloadOf(bytes: Uint8Array): Payload {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  if (!isUtf8(buffer)) return { payloadBase64: buffer.toString('base64') };
  const text = buffer.toString('utf8');
  // Between the parts of a JSON text, never inside them: an answer may be one line a message.
  return isJson(text)
    ? { payload: new RawJson(text.replace(LINE_ENDS, ' ')) }
    : { payloadText: text };
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
