// Records as lines of JSON, and back.
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CliError } from '../src/errors/cli-error.ts';
import { parseRecordLine } from '../src/input/record-line.ts';
import {
  previewOf,
  recordLine,
  type ShownRecord,
  VALUE_FORMATS,
  type ValueFormat,
} from '../src/output/record-json.ts';

function record(value: string | Uint8Array | null, rest: Partial<ShownRecord> = {}): ShownRecord {
  const valueBytes = typeof value === 'string' ? Buffer.from(value) : value;
  return {
    topic: 't',
    partition: 1,
    offset: 2,
    timestampMs: 3,
    keyBytes: null,
    valueBytes,
    headers: [],
    ...rest,
  };
}

function shown(value: string | Uint8Array | null, format: ValueFormat = 'json'): object {
  const { value: text, valueFormat } = JSON.parse(recordLine(record(value), format)) as {
    value: unknown;
    valueFormat?: string;
  };
  return valueFormat === undefined ? { value: text } : { value: text, valueFormat };
}

describe('a record as a line', () => {
  it('has all its fields', () => {
    const line = recordLine(
      record('{"a":1}', {
        keyBytes: Buffer.from('k'),
        headers: [
          ['h', Buffer.from('1')],
          ['h', Buffer.from('2')],
          ['b', Buffer.from([0xff])],
        ],
      }),
      'json',
    );
    expect(JSON.parse(line)).toEqual({
      topic: 't',
      partition: 1,
      offset: 2,
      timestampMs: 3,
      key: 'k',
      value: { a: 1 },
      headers: { h: ['1', '2'], b: { base64: '/w==' } },
    });
  });

  it('shows values as JSON, text or base64, and says what cannot be guessed', () => {
    expect(shown('{"a":1}')).toEqual({ value: { a: 1 } });
    expect(shown('{"a":1}', 'text')).toEqual({ value: '{"a":1}' });
    expect(shown('{"a":1}', 'base64')).toEqual({ value: 'eyJhIjoxfQ==', valueFormat: 'base64' });
    expect(shown('{a:1}')).toEqual({ value: '{a:1}' });
    expect(shown('"a"')).toEqual({ value: 'a', valueFormat: 'json' });
    expect(shown('null')).toEqual({ value: null, valueFormat: 'json' });
    expect(shown(null)).toEqual({ value: null });
    expect(shown(Buffer.from([0xff]), 'text')).toEqual({ value: '/w==', valueFormat: 'base64' });
  });

  it('keeps numbers as they are written, and stays one line', () => {
    const line = recordLine(record('{"n":12345678901234567890,\n"x":\r\n1}'), 'json');
    expect(line).toContain('"n":12345678901234567890');
    expect(line).not.toMatch(/[\r\n]/);
  });

  it('a name like __proto__ is only a name', () => {
    const line = recordLine(record('1', { headers: [['__proto__', Buffer.from('x')]] }), 'json');
    expect(line).toContain('"headers":{"__proto__":"x"}');
  });

  it('can be written again as it was', () => {
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 20 }),
      fc.string({ unit: 'binary', maxLength: 12 }).map((text) => Buffer.from(text)),
      fc.json({ maxDepth: 2 }).map((text) => Buffer.from(text)),
    );
    const text = fc.string({ maxLength: 8 });
    const headers = fc.array(fc.tuple(text, bytes), { maxLength: 3 });
    fc.assert(
      fc.property(
        fc.option(bytes),
        fc.option(bytes),
        headers,
        fc.constantFrom(...VALUE_FORMATS),
        (key, value, pairs, format) => {
          const line = recordLine(record(value, { keyBytes: key, headers: pairs }), format);
          const read = parseRecordLine(Buffer.from(line), 1, 'record', undefined);
          expect(bytesOf(read?.key)).toEqual(bytesOf(key));
          // JSON comes back with the same meaning; everything else byte for byte.
          expect(meaningOf(read?.value)).toEqual(meaningOf(value));
          expect(byName(read?.headers ?? [])).toEqual(byName(pairs));
          expect(read?.timestampMs).toBe(3);
        },
      ),
      { seed: 11, numRuns: 300 },
    );
  });
});

function bytesOf(value: string | Uint8Array | null | undefined): string | null | undefined {
  return value === null || value === undefined ? value : Buffer.from(value).toString('hex');
}

function meaningOf(value: Uint8Array | null | undefined): unknown {
  if (value === null || value === undefined) return value;
  const text = Buffer.from(value).toString('utf8');
  try {
    return { json: JSON.parse(text) as unknown };
  } catch {
    return bytesOf(value);
  }
}

function byName(pairs: readonly (readonly [string, string | Uint8Array])[]): unknown[] {
  return pairs
    .map(([name, value]) => [name, bytesOf(value)] as const)
    .toSorted(([one], [other]) => (one < other ? -1 : one > other ? 1 : 0));
}

describe('a line as a record', () => {
  const parse = (line: string, format: 'text' | 'json' | 'record', path?: string[]) =>
    parseRecordLine(Buffer.from(line), 7, format, path);

  it('text is the value, blank or not', () => {
    expect(String(parse('a b', 'text')?.value)).toBe('a b');
    expect(parse('', 'text')?.value).toHaveLength(0);
  });

  it('JSON is stored as it is written, with a key from inside', () => {
    const read = parse('{ "id": 5 }', 'json', ['id']);
    expect(String(read?.value)).toBe('{ "id": 5 }');
    expect(read?.key).toBe('5');
    expect(parse('{}', 'json', ['id'])?.key).toBeNull();
    expect(parse('  ', 'json')).toBeUndefined();
  });

  it('a record may be little more than a value', () => {
    expect(String(parse('{"value":{"a":1}}', 'record')?.value)).toBe('{"a":1}');
    expect(parse('{"value":null,"key":"k"}', 'record')?.value).toBeNull();
    expect(parse('{"value":{"id":1}}', 'record', ['id'])?.key).toBe('1');
  });

  it.each([
    ['{', 'json'],
    ['[1]', 'record'],
    ['{"key":"k"}', 'record'],
    ['{"value":"!","valueFormat":"base64"}', 'record'],
    ['{"value":1,"valueFormat":"base64"}', 'record'],
    ['{"value":1,"valueFormat":"xml"}', 'record'],
    ['{"value":1,"headers":[]}', 'record'],
    ['{"value":1,"headers":{"a":1}}', 'record'],
    ['{"value":1,"timestampMs":"now"}', 'record'],
  ] as const)('refuses %s', (line, format) => {
    expect(() => parse(line, format)).toThrow(CliError);
    expect(() => parse(line, format)).toThrow('line 7');
  });
});

describe('a preview', () => {
  it('is short and harmless', () => {
    expect(previewOf(null, 10)).toBe('-');
    expect(previewOf(Buffer.from('\u001b[31mred\n'), 20)).toBe('\\u{1b}[31mred\\n');
    expect(previewOf(Buffer.from('x'.repeat(1_000)), 10)).toBe(`${'x'.repeat(9)}…`);
  });
});
