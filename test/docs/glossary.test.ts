// Words that the rules define (in italics, at the beginning of a list's line or of a sentence) stand in the glossary, each once.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ROOT } from './support/markdown.ts';

const glossary = readFileSync(join(ROOT, 'docs/glossary.md'), 'utf8');
const entries = [...glossary.matchAll(/^\| ([^|]+) \|/gm)]
  .flatMap(([, head = '']) => head.split(/[,()]/))
  .map((word) => word.trim().toLowerCase())
  .filter((word) => word !== '' && word !== 'word' && !word.startsWith('---'));

/** `*Static member*:` is in the glossary as it is; of `*Group epoch*` its noun is. */
function isThere(word: string): boolean {
  const name = word.toLowerCase();
  const noun = name.split(' ').at(-1) ?? '';
  return (
    entries.includes(name) ||
    entries.includes(noun) ||
    glossary.toLowerCase().includes(`${name} is `)
  );
}

function wordsOf(file: string): string[] {
  const text = readFileSync(join(ROOT, 'docs/semantics', file), 'utf8');
  return [...text.matchAll(/(?:^- |\. )\*([A-Z][a-z' ]+)\*(?:[:,]| is)/gm)].map(
    ([, word = '']) => `${file}: ${word}`,
  );
}

test('words that the rules define are in the glossary', () => {
  const defined = readdirSync(join(ROOT, 'docs/semantics')).flatMap(wordsOf);
  expect(defined.length).toBeGreaterThan(6);
  const missing = defined.filter((each) => !isThere(each.split(': ')[1] ?? ''));
  expect(missing).toEqual([]);
});

test('each word stands there once', () => {
  expect(entries.length).toBeGreaterThan(60);
  expect(entries.filter((word, at) => entries.indexOf(word) !== at)).toEqual([]);
});
