// The knobs of the worker and of the producer, each tried from their tables: default, flag, variable, what is refused and how.

import { describe, expect, test } from 'vitest';
import {
  flagOf,
  type Knob,
  KnobError,
  type KnobsOf,
  type KnobTable,
  samplesOf,
  variableOf,
} from '../../src/knobs/knob.ts';
import { type KnobProgram, knobFlags, knobRows, parseKnobs } from '../../src/knobs/parse-knobs.ts';
import { PRODUCER_KNOBS, PRODUCER_PROGRAM } from '../../src/producer/knobs.ts';
import { WORKER_KNOBS, WORKER_PROGRAM } from '../../src/worker/knobs.ts';

/** As users of such a worker know them: variable and default. */
const KNOWN = {
  WAIT_TIME_SECONDS: 10,
  MAX_MESSAGES: 1,
  CRASH_RATE: 0,
  CRASH_AFTER_RECEIVE: 0,
  CRASH_AFTER_SIDE_EFFECT: 0,
  SIDE_EFFECT_DELAY_SECONDS: 0,
  REJECT_PAYLOAD_MARKER: '',
  IDEMPOTENCY_CACHE_SIZE: 1_000,
  MESSAGE_LIMIT: 0,
  IDLE_TIMEOUT_SECONDS: 0,
  SIDE_EFFECT_LOG_PATH: '',
  SIDE_EFFECT_LOG_FIELD: 'sequence',
  BUSINESS_IDEMPOTENCY_FIELD: '',
  LOG_LEVEL: 'INFO',
};
const KNOWN_OF_PRODUCER = { N: 10, RATE: 0, BATCH_SIZE: 10, POISON_COUNT: 0, POISON_EVERY: 0 };

test('the knobs that such workers have, with their defaults', () => {
  expect(defaultsByVariable(WORKER_KNOBS)).toMatchObject(KNOWN);
  expect(WORKER_KNOBS.maxMessages.max).toBe(10);
  expect(defaultsByVariable(PRODUCER_KNOBS)).toMatchObject(KNOWN_OF_PRODUCER);
});

describe.each([
  ['worker', unchecked(WORKER_PROGRAM)],
  ['producer', unchecked(PRODUCER_PROGRAM)],
])('%s', (_name, alone) => {
  const { table } = alone;
  const names = Object.keys(table);
  const read = (args: readonly string[], environment = {}) => valuesOf(alone, args, environment);

  test('without a word, every knob has its default', () => {
    const defaults = Object.entries(table).map(([name, { fallback }]) => [name, fallback]);
    expect(read([])).toEqual(Object.fromEntries(defaults));
  });

  test.each(names)('%s: flag and variable, and the flag beats the variable', (name) => {
    const knob = knobOf(table, name);
    const { good } = samplesOf(knob);
    for (const text of good) {
      const [byFlag, byVariable] = [`${flagOf(name)}=${text}`, { [variableOf(name, knob)]: text }];
      const value = read([byFlag])[name];
      expect(String(value)).toBe(asTold(knob, text));
      expect(read([], byVariable)[name]).toBe(value);
      const other = good.at(-1) ?? text;
      expect(read([byFlag], { [variableOf(name, knob)]: other })[name]).toBe(value);
    }
  });

  test.each(names)('%s: refused by name, with what would be right', (name) => {
    const knob = knobOf(table, name);
    const variable = variableOf(name, knob);
    for (const text of samplesOf(knob).bad) {
      expect(() => read([`${flagOf(name)}=${text}`])).toThrow(KnobError);
      expect(() => read([`${flagOf(name)}=${text}`])).toThrow(`${flagOf(name)} is "`);
    }
    for (const text of samplesOf(knob).bad.filter((bad) => bad !== ''))
      expect(() => read([], { [variable]: text })).toThrow(`${variable} is "`);
    // Empty in the environment is as if it were not there.
    expect(read([], { [variable]: '' })[name]).toBe(knob.fallback);
  });

  test('values come back through their flags', () => {
    const values = read(names.map((name) => `${flagOf(name)}=${lastGood(table, name)}`));
    expect(read(knobFlags(table, values))).toEqual(values);
  });

  test('help and page name every flag and every variable', () => {
    const help = parseKnobs(alone, ['--help'], {});
    const text = help.kind === 'text' ? help.text : '';
    const rows = knobRows(table).split('\n').slice(2);
    expect(rows).toHaveLength(names.length);
    for (const [at, name] of names.entries()) {
      const variable = variableOf(name, knobOf(table, name));
      expect(text).toContain(`${flagOf(name)} `);
      expect(text.replaceAll(/\s+/g, ' ')).toContain(`(${variable}; `);
      expect(rows[at]).toContain(`| \`${flagOf(name)}\` | \`${variable}\` |`);
    }
  });

  test('a knob that does not exist is refused, and --print-knobs tells those in force', () => {
    expect(() => read(['--max-mesages=1'])).toThrow(KnobError);
    expect(() => read(['stray'])).toThrow(KnobError);
    const printed = parseKnobs(alone, ['--print-knobs', '--queue=q'], {});
    expect(printed.kind === 'text' && JSON.parse(printed.text)).toEqual(read(['--queue=q']));
  });
});

test.each([
  [[], '--queue is missing'],
  [['--queue=q', '--via=sqs', '--effects=ledger'], '--effects is "ledger"'],
  [['--queue=q', '--check-before-doing'], '--check-before-doing asks the outside system'],
  [['--queue=q', '--outside-takes-keys'], '--outside-takes-keys tells the outside system'],
  [['--queue=q', '--version-field=version'], '--version-field keeps states'],
])('worker %j: %s', (args, text) => {
  expect(() => parseKnobs(WORKER_PROGRAM, args, {})).toThrow(text);
});

test.each([
  [[], '--queue is missing'],
  [['--queue=q', '--via=sqs', '--batch-size=11'], '--batch-size is "11"'],
])('producer %j: %s', (args, text) => {
  expect(() => parseKnobs(PRODUCER_PROGRAM, args, {})).toThrow(text);
});

/** What knobs have to do with each other is tried by itself. */
function unchecked<T extends KnobTable>(program: KnobProgram<T>): KnobProgram<KnobTable> {
  return { ...program, check: () => undefined };
}

function valuesOf<T extends KnobTable>(
  program: KnobProgram<T>,
  args: readonly string[],
  environment: Readonly<Record<string, string>>,
): KnobsOf<T> {
  const parsed = parseKnobs(program, args, environment);
  if (parsed.kind === 'text') throw new Error('knobs were expected, not a text');
  return parsed.knobs;
}

function knobOf(table: KnobTable, name: string): Knob {
  const knob = table[name];
  if (knob === undefined) throw new Error(`no knob is named ${name}`);
  return knob;
}

function lastGood(table: KnobTable, name: string): string {
  return samplesOf(knobOf(table, name)).good.at(-1) ?? '';
}

/** `1` switches on, and `0.0` is 0. */
function asTold(knob: Knob, text: string): string {
  if (knob.kind === 'switch') return String(text === 'true' || text === '1');
  return knob.kind === 'decimal' ? String(Number(text)) : text;
}

function defaultsByVariable(table: KnobTable): Record<string, unknown> {
  const entries = Object.entries(table);
  return Object.fromEntries(entries.map(([name, knob]) => [variableOf(name, knob), knob.fallback]));
}
