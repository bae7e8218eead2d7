// Real texts are what the bench of codecs says they are.
import { describe, expect, it } from 'vitest';
import { realTexts } from '../src/workloads/real-texts.ts';

describe('real texts', () => {
  const kinds = realTexts();

  it('are of three kinds', () => {
    expect(kinds.map(({ name }) => name)).toEqual(['JSON', 'source', 'prose']);
  });

  it.each(kinds)('$name: values of 200 B to 10 KiB, more than one batch of them', ({ values }) => {
    const sizes = values.map(({ length }) => length);
    expect(Math.min(...sizes)).toBeGreaterThanOrEqual(200);
    expect(Math.max(...sizes)).toBeLessThanOrEqual(10 * 1_024);
    const total = sizes.reduce((sum, size) => sum + size, 0);
    expect(total).toBeGreaterThan(256 * 1_024);
    expect(total).toBeLessThanOrEqual(4 * 2 ** 20);
  });

  it('of JSON are JSON', () => {
    const [json] = kinds;
    for (const value of json?.values ?? [])
      expect(() => JSON.parse(value.toString())).not.toThrow();
  });
});
