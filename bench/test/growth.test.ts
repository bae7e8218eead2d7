// Whether something still grows.
import { describe, expect, it } from 'vitest';
import { growthOf, type Sample, WINDOWS_TO_FILL } from '../src/workloads/growth.ts';

const MIB = 2 ** 20;

/** Four samples a window, ten windows. */
function samplesOf(bytesAt: (window: number) => number): Sample[] {
  return Array.from({ length: 40 }, (_, at) => {
    const window = (at + 1) / 4;
    return { window, fileBytes: bytesAt(window), residentBytes: null, anonymousBytes: null };
  });
}

const isFlat = (bytesAt: (window: number) => number) =>
  growthOf(samplesOf(bytesAt), 'fileBytes')?.isFlat;

describe('growthOf', () => {
  it('calls flat what fills and then stays', () => {
    expect(isFlat((window) => Math.min(window, WINDOWS_TO_FILL) * 100 * MIB)).toBe(true);
  });

  it('calls flat a saw', () => {
    expect(isFlat((window) => (200 + 150 * (window % 1)) * MIB)).toBe(true);
  });

  it('sees what grows with every window', () => {
    expect(isFlat((window) => window * 50 * MIB)).toBe(false);
    expect(isFlat((window) => (200 + window * 20) * MIB)).toBe(false);
  });

  it('lets a small heap breathe', () => {
    expect(isFlat((window) => (30 + window / 2) * MIB)).toBe(true);
  });

  it('says nothing of what is not known', () => {
    expect(
      growthOf(
        samplesOf(() => 1),
        'residentBytes',
      ),
    ).toBeNull();
    expect(growthOf([], 'fileBytes')).toBeNull();
  });
});
