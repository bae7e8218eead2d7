// What the pages say that programs print. A line `<!-- output: NAME -->` stands before each `text` block of the output of
// example NAME; all such blocks of a page, one after another, are everything that it prints. Runs nothing.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('../../..', import.meta.url));

export interface PrintedOnPage {
  readonly page: string;
  readonly example: string;
  readonly output: string;
}

export function outputsOfPages(): PrintedOnPage[] {
  const files = readdirSync(join(ROOT, 'docs'), { recursive: true, encoding: 'utf8' });
  const pages = files.filter((file) => file.endsWith('.md')).map((file) => `docs/${file}`);
  return ['README.md', ...pages.toSorted()].flatMap((page) =>
    outputsOf(page, readFileSync(join(ROOT, page), 'utf8')),
  );
}

/** Throws where a marker has no block. */
export function outputsOf(page: string, text: string): PrintedOnPage[] {
  const outputs = new Map<string, string>();
  for (const { index, 1: example = '' } of text.matchAll(/^<!-- output: (\S+) -->$/gm)) {
    const block = /^<!-- .* -->\n\n?```text\n([\s\S]*?)```\n/.exec(text.slice(index))?.[1];
    if (block === undefined)
      throw new Error(`${page}: no text block after the output of ${example}`);
    outputs.set(example, (outputs.get(example) ?? '') + block);
  }
  return [...outputs].map(([example, output]) => ({ page, example, output }));
}
