// Each limit is met by a test: those of single fields here, from the bytes on the wire, the others where MET_BY says.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  decodeRequest,
  decodeRequestHeader,
  decodeResponse,
  decodeResponseHeader,
  LIMITS,
  type LimitName,
  MillraceError,
} from '@millrace/protocol';
import { describe, expect, it } from 'vitest';
import { LIMITS_ABOUT } from '../../protocol/src/limits-about.ts';
import { MET_BY } from './met-by.ts';
import { fieldAt, pathOf, payloadWith, placeOf } from './wire-value.ts';

const ROOT = join(import.meta.dirname, '../..');
const ROWS = Object.entries(MET_BY) as [LimitName, (typeof MET_BY)[LimitName]][];

/** What reading the payload gives: undefined where it is taken. */
function faultOf(place: ReturnType<typeof placeOf>, amount: number): MillraceError | undefined {
  const payload = payloadWith(place, amount);
  try {
    if (place.side === 'request') {
      decodeRequest(place.api, 1, decodeRequestHeader(payload).fields);
    } else decodeResponse(place.api, 1, decodeResponseHeader(payload).fields);
    return undefined;
  } catch (error) {
    if (error instanceof MillraceError) return error;
    throw error;
  }
}

describe('limits of fields', () => {
  it.each(
    ROWS.flatMap(([name, met]) =>
      'field' in met ? [[name, met.field, met.end ?? 'max'] as const] : [],
    ),
  )('%s: %s is taken at its limit and refused one beyond', (name, path, end) => {
    const place = placeOf(path);
    const limit: number = LIMITS[name];
    const beyond = end === 'max' ? limit + 1 : limit - 1;
    expect(faultOf(place, limit)).toBeUndefined();
    const fault = faultOf(place, beyond);
    expect(fault?.code).toBe('INVALID_REQUEST');
    expect(fault?.detail.field).toBe(pathOf(place));
    expect(fault?.detail.limit?.split(' ')).toContain(String(limit));
    expect(fieldAt(place).about).not.toBe('');
  });
});

describe('limits of payloads', () => {
  const filled = (values: number) => {
    // An array of so many zeros, in an array.
    const bytes = Buffer.alloc(6 + values);
    bytes.set([0x91, 0xdd]);
    bytes.writeUInt32BE(values, 2);
    return bytes;
  };
  const codeOf = (act: () => unknown) => {
    try {
      act();
      return undefined;
    } catch (error) {
      return error instanceof MillraceError ? `${error.code} ${error.detail.limit}` : String(error);
    }
  };

  it('a request of as many values as there may be, and of one more: requestValuesMax', () => {
    // The outer array and what is in it count too.
    expect(codeOf(() => decodeRequestHeader(filled(LIMITS.requestValuesMax)))).toContain(
      `${LIMITS.requestValuesMax}`,
    );
    expect(codeOf(() => decodeRequestHeader(filled(LIMITS.requestValuesMax - 2)))).not.toContain(
      `${LIMITS.requestValuesMax}`,
    );
  });

  it('a response of as many values as there may be, and of one more: responseValuesMax', () => {
    expect(codeOf(() => decodeResponseHeader(filled(LIMITS.responseValuesMax)))).toContain(
      `${LIMITS.responseValuesMax}`,
    );
    expect(codeOf(() => decodeResponseHeader(filled(LIMITS.responseValuesMax - 2)))).not.toContain(
      `${LIMITS.responseValuesMax}`,
    );
  });
});

describe('limits met elsewhere', () => {
  it.each(
    ROWS.flatMap(([name, met]) => ('file' in met ? [[name, met.file, met.title] as const] : [])),
  )('%s: %s has the test that meets it', (name, file, title) => {
    const text = readFileSync(join(ROOT, file), 'utf8');
    expect(text).toContain(title);
    // The file names the limit, as the code it stands for or in a comment.
    expect(text).toContain(name);
  });
});

it('every limit has a test and a sentence, and nothing else has', () => {
  const names = Object.keys(LIMITS);
  expect(Object.keys(MET_BY).toSorted()).toEqual(names.toSorted());
  expect(Object.keys(LIMITS_ABOUT)).toEqual(names);
  for (const { about } of Object.values(LIMITS_ABOUT)) expect(about).toMatch(/^[A-Z].+\.$/);
  const page = readFileSync(join(ROOT, 'docs/reference/limits.md'), 'utf8');
  expect(names.filter((name) => !page.includes(`\`${name}\``))).toEqual([]);
});
