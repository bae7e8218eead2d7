// Payloads of requests that a broker refuses, and how: for vectors, so written out as bytes.
import type { Vector } from './frozen.ts';

export interface PayloadVector extends Vector {
  /** The payload, without the length of the frame. */
  readonly hex: string;
  readonly error: string;
  /** The field named in the error, or null. */
  readonly field: string | null;
}

function malformed(name: string, hex: string): PayloadVector {
  return { name, hex: hex.replaceAll(' ', ''), error: 'MALFORMED_FRAME', field: null };
}

function refused(name: string, hex: string, error: string, field: string | null): PayloadVector {
  return { name, hex: hex.replaceAll(' ', ''), error, field };
}

export const INVALID_PAYLOADS: readonly PayloadVector[] = [
  malformed('not an array', '01'),
  malformed('a map', '80'),
  malformed('an array without a header', '90'),
  malformed('a header of two', '92 01 01'),
  malformed('an API key of text', '94 a131 01 05 07'),
  malformed('an API key below zero', '94 ff 01 05 07'),
  malformed('a correlation id above 2^32-1', '94 01 01 cf0000000100000000 07'),
  malformed('a correlation id in float format', '94 01 01 cb3ff8000000000000 07'),
  malformed('the reserved tag', '94 01 01 05 c1'),
  malformed('an extension', '94 01 01 05 d40100'),
  malformed('a timestamp extension', '94 01 01 05 d6ff00000000'),
  malformed('an array cut short', '94 01 01 05'),
  malformed('a string cut short', '94 14 01 05 a567'),
  malformed('bytes after the value', '94 01 01 05 07 00'),
  malformed('an array of 2^32-1', '94 01 01 05 ddffffffff'),
  malformed('a map of 2^32-1', '94 01 01 05 dfffffffff'),
  malformed('a string of 2^32-1', '94 01 01 05 dbffffffff'),
  malformed('nesting of 17', `${'91'.repeat(17)}c0`),
  malformed('a string that is not UTF-8', '94 20 01 05 a2c328'),
  refused('an API that does not exist', '94 cdffff 01 05 07', 'UNKNOWN_API', null),
  refused('version 0', '94 01 00 05 07', 'UNSUPPORTED_VERSION', null),
  refused('version 65535', '94 01 cdffff 05 07', 'UNSUPPORTED_VERSION', null),
  refused('a field that is missing', '93 01 01 05', 'INVALID_REQUEST', 'target'),
  refused('nil where a value must be', '94 01 01 05 c0', 'INVALID_REQUEST', 'target'),
  refused('text where an integer must be', '94 01 01 05 a137', 'INVALID_REQUEST', 'target'),
  refused('an integer below its range', '94 01 01 05 ff', 'INVALID_REQUEST', 'target'),
  refused(
    'an integer above its range',
    '94 01 01 05 cf0000000100000000',
    'INVALID_REQUEST',
    'target',
  ),
  refused('an integer of 2^53', '94 01 01 05 cf0020000000000000', 'INVALID_REQUEST', 'target'),
  refused('an integer of 2^64-1', '94 01 01 05 cfffffffffffffffff', 'INVALID_REQUEST', 'target'),
  refused(
    'an integer in float format',
    '94 01 01 05 cb401c000000000000',
    'INVALID_REQUEST',
    'request',
  ),
  refused('an item that is no array', '95 29 01 05 a167 9107', 'INVALID_REQUEST', 'items[0]'),
  refused(
    'a word beyond its list',
    '95 29 01 05 a167 9198 01 00 01 01 01 7f c0 c0',
    'INVALID_REQUEST',
    'items[0].kind',
  ),
  refused(
    'a struct cut short',
    '95 29 01 05 a167 9194 01 00 01 01',
    'INVALID_REQUEST',
    'items[0].token',
  ),
];
