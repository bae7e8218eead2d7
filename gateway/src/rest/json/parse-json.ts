// JSON bodies of REST requests: UTF-8 or refused, and what is stored is kept as text.

import { isUtf8 } from 'node:buffer';
import { HttpProblem } from '../problem/problems.ts';
import { keepTexts } from './keep-texts.ts';

/** Throws MALFORMED_JSON. */
export function parseJson(bytes: Buffer): unknown {
  if (!isUtf8(bytes)) throw new HttpProblem('MALFORMED_JSON', 'The body is not valid UTF-8.');
  const text = bytes.toString('utf8');
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch (error) {
    throw new HttpProblem('MALFORMED_JSON', `The body is not JSON: ${(error as Error).message}`);
  }
  keepTexts(text, body);
  return body;
}
