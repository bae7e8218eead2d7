// Code in pages: what is cut out of which lines, and that a page with a wrong marker is refused.
import { describe, expect, it } from 'vitest';
import { excerptPages, fillExcerpts } from '../../scripts/docs/excerpts.mjs';

const SOURCE = `// A program.
import { connect } from 'there';

// #region outer
async function relay() {
  // #region inner

  if (isLate) {
    await send();
  }

  // #endregion
}
// #endregion
`;

const read = (file: string) => {
  if (file !== 'src/main.ts') throw new Error(`asked for ${file}`);
  return SOURCE;
};

function blockOf(marker: string, block = ''): string {
  return fillExcerpts(`Before.\n\n<!-- code: ${marker} -->\n${block}\nAfter.\n`, read);
}

const INNER = `Before.

<!-- code: src/main.ts#inner -->

\`\`\`ts
if (isLate) {
  await send();
}
\`\`\`

After.
`;

describe('excerpts of code in pages', () => {
  it('a marker without a block gets one, without the indentation and the regions of its file', () => {
    expect(blockOf('src/main.ts#inner')).toBe(INNER);
  });

  it('an old block is replaced, and a fresh page stays as it is', () => {
    expect(blockOf('src/main.ts#inner', '\n```ts\nawait old();\n```\n')).toBe(INNER);
    expect(blockOf('src/main.ts#inner', '```ts\n```\n')).toBe(INNER);
    expect(fillExcerpts(INNER, read)).toBe(INNER);
  });

  it('a region holds those inside it, a file without a region is taken whole', () => {
    expect(blockOf('src/main.ts#outer')).toContain('async function relay() {\n\n  if (isLate) {');
    expect(blockOf('src/main.ts')).toContain('// A program.\nimport');
    expect(blockOf('src/main.ts')).not.toContain('region');
  });

  it('a region that is not there, has no end or comes twice is named', () => {
    expect(() => blockOf('src/main.ts#none')).toThrow('src/main.ts: has 0 regions called none');
    const page = '<!-- code: a.ts#x -->\n';
    expect(() => fillExcerpts(page, () => '// #region x\n')).toThrow('the region x has no end');
    const twice = '// #region x\n// #endregion\n'.repeat(2);
    expect(() => fillExcerpts(page, () => twice)).toThrow('a.ts: has 2 regions called x');
    expect(() => fillExcerpts(page, () => '// #endregion\n')).toThrow('without its #region');
  });

  it('a line that is not quite a marker is refused, and so is a region without code', () => {
    for (const line of [
      '<!--code: a.ts -->',
      '  <!-- code: a.ts -->',
      '<!-- code: a.ts b.ts -->',
    ]) {
      expect(() => fillExcerpts(`${line}\n`, read)).toThrow(`not a marker: ${line.trim()}`);
    }
    const empty = '// #region x\n\n// #endregion\n';
    expect(() => fillExcerpts('<!-- code: a.ts#x -->\n', () => empty)).toThrow('no code to show');
  });

  it('there are pages with excerpts, and each can be filled', () => {
    const pages = excerptPages();
    expect(pages.map(({ path }) => path)).toContain('docs/patterns/fan-out.md');
    for (const { render } of pages) expect(render()).toContain('<!-- code: ');
  });
});
