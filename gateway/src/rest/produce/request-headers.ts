// Key and headers of a message whose body is its value, from the headers of its request.

import type { IncomingHttpHeaders } from 'node:http';
import { MillraceError } from '@millrace/protocol';

const KEY = 'millrace-key';
const PREFIX = 'millrace-header-';

/** Node reads headers as Latin-1, whatever their bytes are: they become the message's bytes. */
function bytesOf(value: string): Buffer {
  return Buffer.from(value, 'latin1');
}

/** Throws INVALID_REQUEST where it is given twice. */
export function keyOfRequest(
  query: string | undefined,
  headers: IncomingHttpHeaders,
): string | Uint8Array | undefined {
  const given = headers[KEY];
  if (given === undefined) return query;
  if (query !== undefined) {
    const text = 'Give the key by the query or by the header Millrace-Key, not both.';
    throw new MillraceError('INVALID_REQUEST', text, { field: 'key' });
  }
  return bytesOf([given].flat().join(', '));
}

export function headersOfRequest(headers: IncomingHttpHeaders): [string, Uint8Array][] {
  return Object.entries(headers).flatMap(([name, given = '']) => {
    if (!name.startsWith(PREFIX) || name === PREFIX) return [];
    return [given].flat().map((value): [string, Uint8Array] => {
      return [name.slice(PREFIX.length), bytesOf(value)];
    });
  });
}
