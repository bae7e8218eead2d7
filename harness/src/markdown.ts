// Markdown that programs write: tables, and the part of a page between two marks.

import { readFileSync, writeFileSync } from 'node:fs';

/** Words stand to the left, as everywhere. */
export function markdownTable(
  head: readonly string[],
  rows: readonly (readonly string[])[],
): string {
  const line = (cells: readonly string[]) => `| ${cells.map(inCell).join(' | ')} |`;
  return `${[line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n')}\n`;
}

function inCell(text: string): string {
  return text.replaceAll('|', '\\|');
}

/** The page with another text between `<!-- name: begin -->` and its end. Throws where it has no such marks. */
export function withPart(page: string, name: string, text: string): string {
  const [mark, endMark] = [`<!-- ${name}: begin -->`, `<!-- ${name}: end -->`];
  const begin = page.indexOf(mark);
  const end = page.indexOf(endMark);
  if (begin < 0 || end < begin) throw new Error(`the page has no ${mark} before ${endMark}`);
  return `${page.slice(0, begin)}${mark}\n\n${text}\n${page.slice(end)}`;
}

/** The same in a file. */
export function writePart(path: string, name: string, text: string): void {
  writeFileSync(path, withPart(readFileSync(path, 'utf8'), name, text));
}
