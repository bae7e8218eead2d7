// Record headers as written on the command line: `name=value`.

import { usage } from '../errors/cli-error.ts';

export type Header = readonly [name: string, value: string];

export function parseHeader(text: string): Header {
  const at = text.indexOf('=');
  if (at <= 0) throw usage(`'${text}' is not a header: write name=value`);
  return [text.slice(0, at), text.slice(at + 1)];
}
