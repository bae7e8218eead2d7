// Values of every kind have the size asked for, and compress as their kind says.
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { PAYLOADS, payload } from '../src/workloads/payload.ts';

describe('payload', () => {
  it.each(PAYLOADS)('of kind %s has values of the size asked for, all different', (kind) => {
    for (const bytes of [8, 100, 1_024]) {
      const values = payload(bytes, 50, kind);
      expect(values.map(({ length }) => length)).toEqual(Array.from({ length: 50 }, () => bytes));
    }
    const texts = payload(200, 1_000, kind).map((value) => value.toString('latin1'));
    expect(new Set(texts).size).toBe(1_000);
  });

  it('is the same at every start', () => {
    for (const kind of PAYLOADS) expect(payload(100, 10, kind)).toEqual(payload(100, 10, kind));
  });

  it('compresses texts, and bytes not at all', () => {
    const ratioOf = (kind: (typeof PAYLOADS)[number]) => {
      const all = Buffer.concat(payload(1_024, 256, kind));
      return all.length / gzipSync(all).length;
    };
    expect(ratioOf('random')).toBeLessThan(1.01);
    expect(ratioOf('text')).toBeGreaterThan(2);
    expect(ratioOf('json')).toBeGreaterThan(2);
  });

  it('of kind json parses, where there is room for an object', () => {
    for (const value of payload(1_024, 20, 'json')) {
      expect(JSON.parse(value.toString('latin1'))).toMatchObject({ type: 'order' });
    }
  });
});
