// Every block of code in the documents is run or checked by a test, by the register in blocks.ts. Decisions are history: what they
// show is let be.
import { existsSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { CLAIMS, type Claim, claimsOf, EXCEPTIONS } from './blocks.ts';
import { type Block, pagePaths, parsePage, ROOT, readPage } from './support/markdown.ts';

const blocks = pagePaths()
  .filter((path) => !path.startsWith('docs/adr/'))
  .flatMap((path) => readPage(path).blocks);

const isException = ({ page, kind }: Block) =>
  EXCEPTIONS.some((exception) => exception.of === page && exception.kind === kind);

/** What is wrong with a block; undefined: nothing. */
function faultOf(block: Block): string | undefined {
  const at = `${block.page}:${block.line}`;
  if (block.kind === 'indented') return `${at}: code without a fence: nobody knows what it is`;
  if (block.kind === '') return `${at}: the fence does not say what it holds`;
  const by = claimsOf(block);
  if (by.length > 1) return `${at}: ${by.map((claim) => claim.by).join(' and ')} claim it`;
  if (by.length === 1 || isException(block)) return undefined;
  return `${at}: nobody runs this ${block.kind}${block.comment ? ` (${block.comment})` : ''}`;
}

test('every block is claimed by one test', () => {
  expect(blocks.length).toBeGreaterThan(250);
  expect(blocks.flatMap((block) => faultOf(block) ?? [])).toEqual([]);
});

test('every claim has a block', () => {
  const used = new Set(blocks.flatMap((block) => claimsOf(block)));
  expect(CLAIMS.filter((claim) => !used.has(claim)).map(({ of, by }) => `${of} ${by}`)).toEqual([]);
});

/** A test that does not know of the page does not run it. */
function knows({ of, comment, by }: Claim): boolean {
  const source = readFileSync(join(ROOT, by), 'utf8');
  if (comment !== undefined) {
    // What finds pages by their comments, or starts what the code is cut out of.
    return /\boutputsOf/.test(source) || source.includes(basename(comment.replace(/^code: /, '')));
  }
  const name = of.endsWith('/') ? of : basename(of);
  return source.includes(name) || source.includes(`${dirname(of)}/`);
}

test('the tests that are named are there, and know the pages', () => {
  const wrong = CLAIMS.filter((claim) => !existsSync(join(ROOT, claim.by)) || !knows(claim));
  expect(wrong.map(({ of, by }) => `${by} does not know ${of}`)).toEqual([]);
});

test('exceptions do not grow', () => {
  const counts = EXCEPTIONS.map(({ of, kind }) => {
    const found = blocks.filter((block) => block.page === of && block.kind === kind);
    return { of, kind, blocks: found.length };
  });
  expect(counts).toEqual(
    EXCEPTIONS.map(({ of, kind, blocks: known }) => ({ of, kind, blocks: known })),
  );
});

describe('what is wrong is found', () => {
  const wrong = [
    ['of nobody', '```rust\nfn main() {}\n```', 'nobody runs this rust'],
    ['without a word', '```\nx\n```', 'does not say what it holds'],
    ['without a fence', 'So:\n\n    npm test', 'code without a fence'],
    ['of an unknown program', '<!-- output: nobody -->\n\n```text\nx\n```', '(output: nobody)'],
    ['of an unknown file', '<!-- code: nowhere.ts -->\n```ts\nx\n```', '(code: nowhere.ts)'],
  ];
  test.each(wrong)('%s', (_, text, fault) => {
    const [block] = parsePage('docs/sample.md', text ?? '').blocks;
    expect(block && faultOf(block)).toContain(fault);
  });
});
