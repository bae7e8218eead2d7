// The order of the documents on the site, in site/nav.mjs, has every page of docs/ once, and none that is not there.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { pagesOf, SECTIONS, titleOf } from '../../site/nav.mjs';
import { pagePaths, ROOT } from './support/markdown.ts';

const placed = SECTIONS.flatMap((section) => pagesOf(section).map(({ page }) => page));

test('every page has one place', () => {
  const pages = pagePaths()
    .filter((path) => path.startsWith('docs/'))
    .map((path) => path.slice('docs/'.length, -'.md'.length))
    .toSorted();
  expect(placed.length).toBeGreaterThan(200);
  expect(placed.toSorted()).toEqual(pages);
});

test('every page that is named is there', () => {
  const named = SECTIONS.flatMap(({ folder, pages }) => pages.map((name) => `${folder}${name}`));
  expect(named.filter((page) => !existsSync(join(ROOT, 'docs', `${page}.md`)))).toEqual([]);
});

test('titles tell pages of a section apart', () => {
  for (const section of SECTIONS) {
    const titles = pagesOf(section).map(({ page }) => titleOf(page));
    expect(new Set(titles).size).toBe(titles.length);
  }
});
