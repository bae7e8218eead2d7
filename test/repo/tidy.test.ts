// The repository's habits held against every file, and each rule seen failing on a sample.
import { homedir } from 'node:os';
import { dirname } from 'node:path';
import { describe, expect, it } from 'vitest';
import { isSourceFile, listFiles, parseSource, ROOT, readText, type Source } from './sources.ts';
import {
  barrelFaults,
  FILE_LINES_LISTED,
  FILE_LINES_MAX,
  fileLines,
  longFunctions,
  machineFaults,
  nameFaults,
  openingFaults,
  ratchetFaults,
  syntaxFaults,
  textFaults,
} from './tidy.ts';

const FILES = listFiles();
const SOURCES = FILES.filter(isSourceFile).map((path) => parseSource(path, readText(path)));
/** Code that ships or runs the repository; tests are free in the length of their functions. */
const CODE = SOURCES.filter(({ path }) =>
  /^(?:[a-z]+\/(?:peers\/)?(?:src|bin)|scripts)\//.test(path),
);

type Ratchet = { files: Record<string, number>; functions: Record<string, number> };
const RATCHET = JSON.parse(readText('test/repo/tidy-ratchet.json')) as Ratchet;

const all = (rule: (source: Source) => string[], sources = SOURCES) => sources.flatMap(rule);

describe('tidiness of the repository', () => {
  it('sees the sources', () => {
    expect(CODE.length).toBeGreaterThan(10);
  });

  it('kebab-case names that say what is inside', () => {
    expect(SOURCES.flatMap(({ path }) => nameFaults(path))).toEqual([]);
  });

  it('no default export, enum, namespace or any', () => {
    expect(all(syntaxFaults)).toEqual([]);
  });

  it('no test alone and no work left undone', () => {
    expect(all(textFaults)).toEqual([]);
  });

  it('each file of code opens with what it is', () => {
    expect(all(openingFaults, CODE)).toEqual([]);
  });

  it("no barrel but a package's index", () => {
    expect(all(barrelFaults)).toEqual([]);
  });

  it(`files over ${FILE_LINES_LISTED} lines are listed and shrink`, () => {
    const long = SOURCES.filter((source) => fileLines(source) > FILE_LINES_LISTED);
    const present = new Map(long.map((source) => [source.path, fileLines(source)]));
    expect(ratchetFaults(present, RATCHET.files)).toEqual([]);
  });

  it(`no file over ${FILE_LINES_MAX} lines`, () => {
    const long = SOURCES.filter((source) => fileLines(source) > FILE_LINES_MAX);
    expect(long.map((source) => `${source.path}: ${fileLines(source)} lines`)).toEqual([]);
  });

  it('long functions are listed and shrink', () => {
    const present = new Map(CODE.flatMap((source) => [...longFunctions(source)]));
    expect(ratchetFaults(present, RATCHET.functions)).toEqual([]);
  });

  it('no file names the machine it was written on', () => {
    const folders = [ROOT, dirname(ROOT), homedir()];
    expect(FILES.flatMap((path) => machineFaults(path, readText(path), folders))).toEqual([]);
  });
});

describe('tidy rules, seen failing', () => {
  const sample = (text: string, path = 'core/src/sample.ts') => parseSource(path, text);
  const lines = (count: number) => 'x();\n'.repeat(count);

  it.each([
    'Upper.ts',
    'snake_case.ts',
    'camelCase.ts',
    'utils.ts',
    'helper.ts',
    'helpers.test.ts',
  ])('name %s', (name) => {
    expect(nameFaults(`core/src/${name}`)).toHaveLength(1);
  });

  it.each(['decide-receive.ts', 'crc32c.ts', 'vitest.config.ts', 'a-b.test.ts'])(
    'name %s is good',
    (name) => {
      expect(nameFaults(name)).toEqual([]);
    },
  );

  it.each([
    'export default 1;',
    'enum State { Ready }',
    'namespace N { export const a = 1; }',
    'export const f = (value: any) => value;',
    'export type T = Record<string, any>;',
  ])('syntax %s', (text) => {
    expect(syntaxFaults(sample(text))).toHaveLength(1);
    expect(syntaxFaults(sample('export default 1;', 'vitest.config.ts'))).toEqual([]);
  });

  it.each(['TO', 'FIX'])('text %s...', (start) => {
    const only = 'only';
    const mark = start === 'TO' ? `${start}DO` : `${start}ME`;
    expect(textFaults(sample(`// ${mark} later`))).toHaveLength(1);
    expect(textFaults(sample(`it.${only}('a', f);`))).toHaveLength(1);
    expect(textFaults(sample(`describe.concurrent.${only}('a', f);`))).toHaveLength(1);
    expect(textFaults(sample('export const only = it.skip;'))).toEqual([]);
  });

  it('opening', () => {
    const code = 'export const a = 1;\n';
    expect(openingFaults(sample(code))).toHaveLength(1);
    expect(openingFaults(sample(`\n// Late.\n${code}`))).toHaveLength(1);
    expect(openingFaults(sample(`${'// Line.\n'.repeat(5)}${code}`))).toHaveLength(1);
    expect(openingFaults(sample(`${'// Line.\n'.repeat(4)}${code}`))).toEqual([]);
    expect(openingFaults(sample(`/**\n * One.\n * Two.\n */\n${code}`))).toEqual([]);
    expect(openingFaults(sample(`#!/usr/bin/env node\n// What.\n${code}`))).toEqual([]);
  });

  it('barrel', () => {
    const text = "export * from './a.ts';\nexport { b } from './b.ts';\n";
    expect(barrelFaults(sample(text))).toHaveLength(1);
    expect(barrelFaults(sample(text, 'core/src/index.ts'))).toEqual([]);
    expect(barrelFaults(sample(`${text}export const c = 1;`))).toEqual([]);
  });

  it('long file and long function', () => {
    expect(fileLines(sample(lines(301)))).toBe(301);
    expect([...longFunctions(sample(`function f() {\n${lines(69)}}`))]).toEqual([
      ['core/src/sample.ts#f', 71],
    ]);
    expect([...longFunctions(sample(`const g = () => {\n${lines(69)}};`)).keys()]).toEqual([
      'core/src/sample.ts#g',
    ]);
    expect([...longFunctions(sample(`class A { m() {\n${lines(69)}} }`)).keys()]).toEqual([
      'core/src/sample.ts#m',
    ]);
    expect(longFunctions(sample(`function f() {\n${lines(68)}}`)).size).toBe(0);
  });

  it('ratchet', () => {
    const present = new Map([['a.ts', 320]]);
    expect(ratchetFaults(present, { 'a.ts': 320 })).toEqual([]);
    expect(ratchetFaults(present, {})).toHaveLength(1);
    expect(ratchetFaults(present, { 'a.ts': 310 })).toHaveLength(1);
    expect(ratchetFaults(present, { 'a.ts': 330 })).toHaveLength(1);
    expect(ratchetFaults(new Map(), { 'a.ts': 330 })).toHaveLength(1);
  });

  it('machine', () => {
    const folder = ['', 'place', 'of', 'mine'].join('/');
    expect(machineFaults('a.md', `see ${folder}/notes.md`, [folder])).toHaveLength(1);
    expect(machineFaults('a.md', `see https://host${folder}s`, [folder])).toEqual([]);
    expect(machineFaults('a.md', 'see /tmp/notes.md', ['/tmp'])).toEqual([]);
  });
});
