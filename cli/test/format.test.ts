// What people read.
import { describe, expect, it } from 'vitest';
import { parseDuration } from '../src/input/duration.ts';
import { parseSize } from '../src/input/size.ts';
import {
  formatCountOf,
  formatDuration,
  formatSize,
  formatText,
  formatTime,
} from '../src/output/format.ts';

describe('formats', () => {
  it('counts', () => {
    expect(formatCountOf(1, 'record')).toBe('1 record');
    expect(formatCountOf(2_000, 'record')).toBe('2,000 records');
  });

  it.each([
    [-1, 'unlimited'],
    [0, '0 B'],
    [1_023, '1023 B'],
    [1_024, '1 KiB'],
    [1_536, '1.5 KiB'],
    [67_108_864, '64 MiB'],
    [1e15, '909 TiB'],
  ])('size %d', (bytes, text) => {
    expect(formatSize(bytes)).toBe(text);
  });

  it.each([
    [-1, 'forever'],
    [0, '0ms'],
    [0.333, '0.33ms'],
    [250, '250ms'],
    [1_500, '1.5s'],
    [30_000, '30s'],
    [90_000, '1m 30s'],
    [3_600_000, '1h'],
    [604_800_000, '7d'],
    [90_061_000, '1d 1h'],
  ])('duration %d', (ms, text) => {
    expect(formatDuration(ms)).toBe(text);
  });

  it('sizes and durations can be given back', () => {
    for (const ms of [250, 30_000, 604_800_000]) expect(parseDuration(formatDuration(ms))).toBe(ms);
    for (const bytes of [512, 65_536, 1_610_612_736]) {
      expect(parseSize(formatSize(bytes))).toBe(bytes);
    }
  });

  it('times', () => {
    expect(formatTime(Date.UTC(2026, 0, 31, 12))).toBe('2026-01-31 12:00:00Z');
  });

  it('text cannot command the terminal', () => {
    expect(formatText('a\u001b]0;x\u0007b\u009b1m\u202ec')).toBe(
      'a\\u{1b}]0;x\\u{7}b\\u{9b}1m\\u{202e}c',
    );
    expect(formatText('日本語 ok')).toBe('日本語 ok');
  });
});
