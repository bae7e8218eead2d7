// Which records `consume` wants, and in what words it writes them.
import type { Admin } from '@millrace/client';
import { describe, expect, it } from 'vitest';
import { FORMAT_INPUTS, recordFormat } from '../src/commands/consume/record-format.ts';
import { findEnds, TopicEnds } from '../src/commands/consume/topic-ends.ts';
import { recordFilter } from '../src/input/record-filter.ts';
import { parseKeyValueLine } from '../src/input/record-line.ts';
import { parseSeparator, parseTemplate } from '../src/output/record-template.ts';

const bytes = (text: string): Buffer => Buffer.from(text);
const record = {
  topic: 't',
  partition: 3,
  offset: 42,
  timestampMs: 1_700_000_000_000,
  keyBytes: bytes('BER'),
  valueBytes: bytes('{"to":"MUC"}'),
  headers: [
    ['trace', bytes('Abc')],
    ['raw', Buffer.from([0xff, 0])],
  ] as const,
};
const NONE = {
  key: undefined,
  headers: [] as string[],
  grep: undefined,
  keyGrep: undefined,
  valueGrep: undefined,
  ignoreCase: false,
};

describe('a filter', () => {
  it.each([
    [{ key: 'BER' }, true],
    [{ key: 'BE' }, false],
    [{ headers: ['trace'] }, true],
    [{ headers: ['trace=Abc'] }, true],
    [{ headers: ['trace=abc'] }, false],
    [{ headers: ['trace', 'other'] }, false],
    [{ grep: 'MUC' }, true],
    [{ grep: '^BER$' }, true],
    [{ grep: 'bc' }, true],
    [{ grep: 'race' }, true],
    [{ grep: 'muc' }, false],
    [{ grep: 'muc', ignoreCase: true }, true],
    [{ keyGrep: 'MUC' }, false],
    [{ keyGrep: '^B.R' }, true],
    [{ valueGrep: 'BER' }, false],
    [{ valueGrep: '"to":"[A-Z]{3}"' }, true],
    [{ key: 'BER', valueGrep: 'TXL' }, false],
  ])('%j: %s', async (given, wanted) => {
    const filter = await recordFilter({ ...NONE, ...given });
    expect(filter?.(record)).toBe(wanted);
  });

  it('takes records without key and value for what they are', async () => {
    const empty = { ...record, keyBytes: null, valueBytes: null, headers: [] };
    for (const given of [{ key: '' }, { grep: '' }, { keyGrep: '.*' }, { valueGrep: '.*' }]) {
      expect((await recordFilter({ ...NONE, ...given }))?.(empty)).toBe(false);
    }
    expect(await recordFilter(NONE)).toBeUndefined();
  });

  it('says what is wrong with a pattern, and is not held up by one', async () => {
    await expect(recordFilter({ ...NONE, keyGrep: '(' })).rejects.toMatchObject({
      exit: 'usage',
      message: expect.stringContaining("--key-grep: '(' is not a pattern of RE2"),
    });
    await expect(recordFilter({ ...NONE, grep: '(a)\\1' })).rejects.toThrow('RE2');
    await expect(recordFilter({ ...NONE, headers: ['=x'] })).rejects.toThrow('no header');
    const filter = await recordFilter({ ...NONE, grep: '(a+)+b' });
    const long = bytes('a'.repeat(20_000));
    expect(filter?.({ ...record, valueBytes: long })).toBe(false);
  });
});

const DEFAULTS = Object.fromEntries(
  Object.entries(FORMAT_INPUTS).map(([name, input]) => [name, input.initial]),
) as Parameters<typeof recordFormat>[0];
const shown = (given: Partial<typeof DEFAULTS>, of: object = record): string =>
  Buffer.from(recordFormat({ ...DEFAULTS, ...given })({ ...record, ...of })).toString('latin1');

describe('a format', () => {
  it('is JSON, the value, or key and value', () => {
    expect(JSON.parse(shown({}))).toMatchObject({ offset: 42, value: { to: 'MUC' } });
    expect(shown({ output: 'value' })).toBe('{"to":"MUC"}\n');
    expect(shown({ raw: true }, { valueBytes: null })).toBe('\n');
    expect(shown({ output: 'key-value' })).toBe('BER\t{"to":"MUC"}\n');
    expect(shown({ output: 'key-value', keySeparator: ': ' }, { keyBytes: null })).toBe(
      ': {"to":"MUC"}\n',
    );
    expect(shown({ output: 'key-value', encoding: 'hex' }, { valueBytes: bytes('\n') })).toBe(
      '424552\t0a\n',
    );
  });

  it('is a template', () => {
    const template = parseTemplate('%t/%p@%o %T %k(%K) %s(%S) %h 100%%\\n\\x41\\\\');
    expect(shown({ template })).toBe(
      't/3@42 1700000000000 BER(3) {"to":"MUC"}(12) trace=Abc,raw=\xff\0 100%\nA\\',
    );
    const keyed = parseTemplate('%k|%K|%s|%S');
    expect(shown({ template: keyed }, { keyBytes: null, valueBytes: bytes('') })).toBe('|-1||0');
    expect(shown({ template: keyed, encoding: 'base64' })).toBe('QkVS|3|eyJ0byI6Ik1VQyJ9|12');
  });

  it('says what stands for nothing', () => {
    expect(() => parseTemplate('%z')).toThrow("'%z' stands for nothing");
    expect(() => parseTemplate('50%')).toThrow("'%' stands for nothing");
    expect(() => parseTemplate('\\q')).toThrow("'\\q' stands for nothing");
    expect(parseSeparator('%\\t\\x3a')).toBe('%\t:');
    expect(() => recordFormat({ ...DEFAULTS, raw: true, output: 'json' })).toThrow('exclude');
    expect(() => recordFormat({ ...DEFAULTS, encoding: 'hex' })).toThrow('--value-format');
  });
});

describe('an end that was asked for', () => {
  it('leaves out what comes along behind it', () => {
    const spans = new Map([[0, { position: 0, end: 3 }]]);
    expect(new TopicEnds(spans, true).isWanted(0, 3)).toBe(false);
    expect(new TopicEnds(spans, true).isWanted(0, 2)).toBe(true);
    expect(new TopicEnds(spans).isWanted(0, 3)).toBe(true);
  });
});

describe('a line of key and value', () => {
  const cut = (line: string, separator = '\t', tombstones = false) => {
    const { key, value } = parseKeyValueLine(bytes(line), 1, { separator, tombstones });
    return [String(key), value === null ? null : Buffer.from(value).toString()];
  };

  it('is cut at the first separator', () => {
    expect(cut('a\tb\tc')).toEqual(['a', 'b\tc']);
    expect(cut('a: b', ': ')).toEqual(['a', 'b']);
    expect(cut('\t')).toEqual(['', '']);
    expect(cut('a\t', '\t', true)).toEqual(['a', null]);
    expect(() => cut('a b')).toThrow('line 1: there is no separator');
  });
});

describe('what there is to read', () => {
  const partitions = [{ partition: 0, startOffset: 5, endOffset: 10 }];
  const admin = { describeTopic: async () => ({ partitions }) } as unknown as Admin;
  const reading = { topic: 't', group: undefined, partitions: [], until: { offset: 99 } };
  const left = async (rest: { isBounded?: boolean; until?: { offset: number } }) => {
    const { signal } = new AbortController();
    return (await findEnds(admin, { ...reading, from: 'earliest', ...rest }, signal)).left;
  };

  it('ends at an offset that is to come, or where an export does: at what there is', async () => {
    expect(await left({})).toBe(94);
    expect(await left({ isBounded: true })).toBe(5);
    expect(await left({ isBounded: true, until: { offset: 7 } })).toBe(2);
  });
});
