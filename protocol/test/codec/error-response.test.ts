import { describe, expect, it } from 'vitest';
import {
  decodeError,
  decodeResponseHeader,
  ERRORS,
  type ErrorName,
  encodeErrorResponse,
  MillraceError,
} from '../../src/index.ts';
import { packFrame } from '../../src/message-pack/pack-values.ts';

function sent(error: MillraceError, correlationId = 9): MillraceError {
  const header = decodeResponseHeader(encodeErrorResponse(correlationId, error).subarray(4));
  expect(header.correlationId).toBe(correlationId);
  return decodeError(header.errorCode, header.fields);
}

describe('error responses', () => {
  it.each(Object.keys(ERRORS) as ErrorName[])('carry %s', (name) => {
    const back = sent(new MillraceError(name));
    expect(back).toBeInstanceOf(MillraceError);
    expect(back.code).toBe(name);
    expect(back.message).toBe(ERRORS[name].text);
    expect(back.detail).toEqual({ field: undefined, limit: undefined, retryAfterMs: undefined });
  });

  it('carry the details', () => {
    const detail = { field: 'items[3].token', limit: '1000 items', retryAfterMs: 250 };
    const back = sent(new MillraceError('INVALID_REQUEST', 'No.', detail));
    expect(back.message).toBe('No.');
    expect(back.detail).toEqual(detail);
  });

  it('cut long texts and mend what is not UTF-8', () => {
    const back = sent(new MillraceError('INTERNAL', `\ud800${'é'.repeat(10_000)}`));
    expect(Buffer.byteLength(back.message)).toBeLessThanOrEqual(4 * 1024 + 2);
    expect(back.message.startsWith('\ufffdé')).toBe(true);
  });

  it('carry any waiting time as a whole number that fits', () => {
    for (const [given, got] of [
      [0.2, 1],
      [-5, 0],
      [1e300, 0xffff_ffff],
    ] as const) {
      const back = sent(new MillraceError('OVERLOADED', undefined, { retryAfterMs: given }));
      expect(back.detail.retryAfterMs).toBe(got);
    }
  });

  it('of a newer broker become INTERNAL and keep their number and text', () => {
    const { errorCode, fields } = decodeResponseHeader(
      packFrame([1, 9_999, 'Something new.', null, null, null]).subarray(4),
    );
    expect(decodeError(errorCode, fields)).toMatchObject({
      code: 'INTERNAL',
      message: 'error 9999: Something new.',
    });
  });

  it('with nothing in them are errors still', () => {
    const { errorCode, fields } = decodeResponseHeader(packFrame([1, 10]).subarray(4));
    expect(decodeError(errorCode, fields)).toMatchObject({ code: 'OVERLOADED' });
    const odd = decodeResponseHeader(packFrame([1, 10, 7, [], true, 'x']).subarray(4));
    expect(decodeError(odd.errorCode, odd.fields).message).toBe(ERRORS.OVERLOADED.text);
  });
});
