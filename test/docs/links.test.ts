// Links of the documents lead somewhere: to files that are there, and to headings that are in them. GitHub and the site make the
// anchors of headings by one rule. Links to other hosts are looked at by nobody here.
import { existsSync, statSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { describe, expect, test } from 'vitest';
import { slugOf } from '../../site/slug.mjs';
import { type Page, pagePaths, parsePage, ROOT, readPage } from './support/markdown.ts';

const pages = new Map(pagePaths().map((path) => [path, readPage(path)]));

/** What is wrong with a link; undefined: nothing. */
function faultOf(page: Page, target: string): string | undefined {
  if (/^(?:https?|mailto):/.test(target)) return undefined;
  const [path = '', anchor] = target.split('#');
  if (path.startsWith('/')) return 'begins with a slash: that is another place in each reader';
  const file = normalize(join(dirname(page.path), path));
  if (file.startsWith('..')) return 'leaves the repository';
  if (path !== '' && !existsSync(join(ROOT, file))) return 'is not there';
  if (path !== '' && statSync(join(ROOT, file)).isDirectory()) return 'is a folder, not a page';
  if (anchor === undefined) return undefined;
  const anchors = path === '' ? page.anchors : pages.get(file)?.anchors;
  return anchors?.has(anchor) === true ? undefined : `has no heading '${anchor}'`;
}

function faultsOf(page: Page): string[] {
  return page.links.flatMap(({ line, target }) => {
    const fault = faultOf(page, target);
    return fault === undefined ? [] : [`${page.path}:${line}: ${target} ${fault}`];
  });
}

test('every link to a file or a heading leads there', () => {
  const all = [...pages.values()];
  expect(all.flatMap(({ links }) => links).length).toBeGreaterThan(250);
  expect(all.flatMap(faultsOf)).toEqual([]);
});

describe('what is wrong is found', () => {
  const wrong = [
    ['no file', '[a](nowhere.md)', 'is not there'],
    ['over two lines', '[a\nb](nowhere.md)', 'is not there'],
    ['in a table', '| [a](glossary.md#b) |', 'has no heading'],
    ['no heading here', '# One\n\n[a](#two)', 'has no heading'],
    ['a folder', '[a](adr)', 'is a folder'],
    ['from the root', '[a](/docs/glossary.md)', 'begins with a slash'],
    ['out of it all', '[a](../../x.md)', 'leaves the repository'],
    ['a definition', '[a]: nowhere.md', 'is not there'],
    ['a picture', '<img src="nowhere.png">', 'is not there'],
  ];
  test.each(wrong)('%s', (_, text, fault) => {
    expect(faultsOf(parsePage('docs/sample.md', text ?? ''))).toEqual([
      expect.stringContaining(fault ?? ''),
    ]);
  });

  test('and what is right is let be', () => {
    const text = [
      '# A `code` and a [link](glossary.md)',
      '## Twice',
      '## Twice',
      '[a](#a-code-and-a-link) [b](#twice-1) [c](glossary.md#glossary) [d](https://example.org/#x)',
      '`[e](nowhere.md)`',
      '```md\n[f](nowhere.md)\n```',
    ].join('\n\n');
    expect(faultsOf(parsePage('docs/sample.md', text))).toEqual([]);
  });
});

test('anchors are those of GitHub', () => {
  const known = {
    'Once: effects outside': 'once-effects-outside',
    "What's `--dry-run`, and why?": 'whats---dry-run-and-why',
    'snake_case & more': 'snake_case--more',
    'Über 1.5 MiB': 'über-15-mib',
  };
  expect(Object.keys(known).map((text) => slugOf(text.replaceAll('`', '')))).toEqual(
    Object.values(known),
  );
});
