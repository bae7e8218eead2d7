// The table of patterns has every page, each once, and every program there is; and a page shows nothing of another one's program.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { listExamples } from '../../scripts/docs/examples.mjs';
import { ROOT, readPage } from './support/markdown.ts';

const INDEX = 'docs/patterns/index.md';
const pages = readdirSync(join(ROOT, 'docs/patterns')).filter((file) => file !== 'index.md');
const linked = readPage(INDEX)
  .links.map(({ target }) => target)
  .filter((target) => /^[a-z-]+\.md$/.test(target));

test('every page of a pattern stands in the table once', () => {
  expect(linked.toSorted()).toEqual(pages.toSorted());
});

test('every program is a page of the table', () => {
  const names = listExamples().map(({ name }) => `${name}.md`);
  expect(names.length).toBeGreaterThan(9);
  expect(names.filter((name) => !linked.includes(name))).toEqual([]);
});

test.each(pages)('%s shows code of its own programs', (page) => {
  const name = page.replace(/\.md$/, '');
  const system = /^migrate-from-(\w+)$/.exec(name)?.[1];
  const folders = [`patterns/${name}/`, ...(system === undefined ? [] : [`before/src/${system}/`])];
  const shown = readPage(`docs/patterns/${page}`).blocks.flatMap(({ comment = '' }) =>
    comment.startsWith('code: ') ? [comment] : [],
  );
  expect(shown.length).toBeGreaterThan(0);
  expect(shown.filter((code) => !folders.some((folder) => code.includes(folder)))).toEqual([]);
});
