// Bodies as the worker reads them: whatever is in them, nothing throws.

import { expect, test } from 'vitest';
import { readPayload } from '../../src/worker/payload.ts';

test('fields of the producer, and others by name', () => {
  const payload = readPayload('{"id":"a","sequence":7,"work":12,"order":"order-3"}');
  expect(payload).toMatchObject({ id: 'a', sequence: 7, work: 12 });
  expect(payload?.field('order')).toBe('order-3');
  expect(payload?.field('sequence')).toBe('7');
});

test('what is missing, or of another kind, is undefined', () => {
  const payload = readPayload('{"id":{},"sequence":"7","order":null}');
  expect(payload).toMatchObject({ id: undefined, sequence: undefined, work: 0 });
  expect(payload?.field('order')).toBeUndefined();
  expect(payload?.field('toString')).toBeUndefined();
});

test.each(['', 'hello', '[]', 'null', '"text"', '7', '{'])('%j is no payload', (body) => {
  expect(readPayload(body)).toBeUndefined();
});
