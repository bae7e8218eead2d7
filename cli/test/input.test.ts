// What people write on the command line, and what it means.
import { describe, expect, it } from 'vitest';
import { CliError } from '../src/errors/cli-error.ts';
import { parseAddress } from '../src/input/address.ts';
import { count, decimal } from '../src/input/count.ts';
import { parseDuration, parseDurationOrForever } from '../src/input/duration.ts';
import { parseHeader } from '../src/input/header.ts';
import { keyAt, parseJsonPath, valueAt } from '../src/input/json-path.ts';
import { parseOffsetRange } from '../src/input/offset-range.ts';
import { parseInstant, parsePosition, parseStart, parseTime } from '../src/input/position.ts';
import { parseSize, parseSizeOrUnlimited } from '../src/input/size.ts';

function refusal(parse: () => unknown): CliError {
  try {
    parse();
  } catch (error) {
    if (error instanceof CliError) return error;
    throw error;
  }
  throw new Error('it was not refused');
}

describe('durations', () => {
  it.each([
    ['0', 0],
    ['500ms', 500],
    ['30s', 30_000],
    ['5m', 300_000],
    ['1h30m', 5_400_000],
    ['1.5h', 5_400_000],
    ['7d', 604_800_000],
    ['2w', 1_209_600_000],
    [' 10S ', 10_000],
  ])('%s', (text, ms) => {
    expect(parseDuration(text)).toBe(ms);
  });

  it.each(['', '5', 's', '-5s', '5 s', '5y', '1h30', '1e3s', '9999999999999w'])(
    'not %s',
    (text) => {
      expect(refusal(() => parseDuration(text)).exit).toBe('usage');
    },
  );

  it('says which unit is missing', () => {
    expect(refusal(() => parseDuration('30')).message).toContain('30s');
  });

  it('without an end', () => {
    expect(parseDurationOrForever('forever')).toBe(-1);
    expect(parseDurationOrForever('1s')).toBe(1_000);
  });
});

describe('sizes', () => {
  it.each([
    ['0', 0],
    ['512', 512],
    ['512B', 512],
    ['64KiB', 65_536],
    ['64k', 65_536],
    ['64kB', 64_000],
    ['64MiB', 67_108_864],
    ['1.5 GiB', 1_610_612_736],
    ['2TB', 2e12],
  ])('%s', (text, bytes) => {
    expect(parseSize(text)).toBe(bytes);
  });

  it.each(['', 'MiB', '-1', '5XiB', '1,5MiB', '99999999TiB'])('not %s', (text) => {
    expect(refusal(() => parseSize(text)).exit).toBe('usage');
  });

  it('without a bound', () => {
    expect(parseSizeOrUnlimited('unlimited')).toBe(-1);
  });
});

describe('numbers', () => {
  it('whole, within a range', () => {
    expect(count(1)('4')).toBe(4);
    expect(count(0)('1_000')).toBe(1_000);
    expect(count(0)('1,000')).toBe(1_000);
    for (const text of ['', '0', '1.5', 'x', '1e3', '0x10', '11', '9007199254740993']) {
      expect(refusal(() => count(1, 10)(text)).exit).toBe('usage');
    }
  });

  it('decimal, within a range', () => {
    expect(decimal(1, 100)('1.5')).toBe(1.5);
    for (const text of ['', ' ', '0.5', '101', 'NaN', 'Infinity', 'x']) {
      expect(refusal(() => decimal(1, 100)(text)).exit).toBe('usage');
    }
  });
});

describe('positions', () => {
  it('by name, offset and time', () => {
    expect(parsePosition('earliest')).toBe('earliest');
    expect(parsePosition('latest')).toBe('latest');
    expect(parsePosition('17')).toEqual({ offset: 17 });
    expect(parsePosition('2026-01-31T12:00:00Z')).toEqual({
      timestampMs: Date.UTC(2026, 0, 31, 12),
    });
    expect(parseTime('2026-01-31')).toBe(Date.UTC(2026, 0, 31));
    expect(parseTime('2026-01-31 12:00+02:00')).toBe(Date.UTC(2026, 0, 31, 10));
  });

  it('a while ago', () => {
    const before = Date.now();
    const position = parseStart('-15m') as { timestampMs: number };
    expect(position.timestampMs).toBeGreaterThanOrEqual(before - 900_000);
    expect(position.timestampMs).toBeLessThanOrEqual(Date.now() - 900_000);
  });

  it.each([
    '',
    'first',
    '-1',
    '2026-13-01',
    '2026-01-31T25:00Z',
    '1.5',
    'today',
    '99999999999999999',
  ])('not %s', (text) => {
    expect(refusal(() => parsePosition(text)).exit).toBe('usage');
  });

  it('ranges of offsets have both ends', () => {
    expect(parseOffsetRange('5')).toEqual({ firstOffset: 5, lastOffset: 5 });
    expect(parseOffsetRange('5-20')).toEqual({ firstOffset: 5, lastOffset: 20 });
    for (const text of ['', '5-', '-5', '20-5', '1.5', 'x', '1-99999999999999999']) {
      expect(refusal(() => parseOffsetRange(text)).exit).toBe('usage');
    }
  });

  it('an instant is a time or a while ago', () => {
    expect(parseInstant('2026-01-31')).toBe(Date.UTC(2026, 0, 31));
    expect(parseInstant('-1h')).toBeLessThanOrEqual(Date.now() - 3_600_000);
    for (const text of ['', 'latest', 'earliest', '17', 'soon']) {
      expect(refusal(() => parseInstant(text)).exit).toBe('usage');
    }
  });

  it('an offset is not where a queue starts', () => {
    expect(refusal(() => parseStart('17')).exit).toBe('usage');
  });
});

describe('headers and addresses', () => {
  it('a header keeps what follows the first equals sign', () => {
    expect(parseHeader('trace=a=b')).toEqual(['trace', 'a=b']);
    expect(parseHeader('empty=')).toEqual(['empty', '']);
    expect(refusal(() => parseHeader('=x')).exit).toBe('usage');
    expect(refusal(() => parseHeader('x')).exit).toBe('usage');
  });

  it('an address has a port in the end', () => {
    expect(parseAddress('127.0.0.1')).toBe('127.0.0.1:7650');
    expect(parseAddress('broker.internal:99')).toBe('broker.internal:99');
    expect(parseAddress('[::1]:99')).toBe('[::1]:99');
    for (const text of ['', ':99', 'a:b', 'a:0', 'a:99999', 'a b', '::1', 'http://a']) {
      expect(refusal(() => parseAddress(text)).exit).toBe('usage');
    }
  });
});

describe('paths into JSON', () => {
  const value = { user: { id: 7, 'a.b': 'dotted', tags: ['x', 'y'], none: null }, flag: false };

  it.each([
    ['user.id', '7'],
    ['.user.id', '7'],
    ['$.user.id', '7'],
    ['user.a\\.b', 'dotted'],
    ['user.tags.1', 'y'],
    ['user.tags', '["x","y"]'],
    ['flag', 'false'],
    ['user.none', null],
    ['user.missing.deeper', null],
    ['user.id.deeper', null],
  ])('%s', (path, key) => {
    expect(keyAt(value, parseJsonPath(path))).toBe(key);
  });

  it("never reaches into JavaScript's own objects", () => {
    for (const path of ['constructor', '__proto__', 'toString', 'user.constructor.name']) {
      expect(valueAt(value, parseJsonPath(path))).toBeUndefined();
    }
  });

  it.each(['', '.', 'a..b', 'a.'])('not %s', (path) => {
    expect(refusal(() => parseJsonPath(path)).exit).toBe('usage');
  });
});
