// What tests need of a page in Markdown: its blocks of code, links and anchors. Knows the Markdown that is written here, not all
// there is; what it would misread it refuses.
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { slugOf } from '../../../site/slug.mjs';

export const ROOT = fileURLToPath(new URL('../../..', import.meta.url));

export interface Block {
  /** Path of its page in the repository. */
  readonly page: string;
  /** Of its first line, from 1. */
  readonly line: number;
  /** What stands behind the fence: `js`, `sh`. Empty where nothing does; `indented` where there is no fence. */
  readonly kind: string;
  readonly text: string;
  /** What a comment just above it says: `output: outbox`, `code: examples/src/...`. */
  readonly comment: string | undefined;
}

export interface Link {
  readonly line: number;
  readonly target: string;
}

export interface Page {
  readonly path: string;
  readonly blocks: readonly Block[];
  readonly links: readonly Link[];
  readonly anchors: ReadonlySet<string>;
}

/** Every page of the repository: what git knows, and what it will know. */
export function pagePaths(): string[] {
  const args = ['ls-files', '-z', '--cached', '--others', '--exclude-standard', '*.md'];
  const listed = execFileSync('git', args, { cwd: ROOT, encoding: 'utf8' }).split('\0');
  const isThere = (path: string) => path !== '' && existsSync(`${ROOT}/${path}`);
  return [...new Set(listed)].filter(isThere).toSorted();
}

export function readPage(path: string): Page {
  return parsePage(path, readFileSync(`${ROOT}/${path}`, 'utf8'));
}

export function parsePage(path: string, text: string): Page {
  const { blocks, prose } = split(path, text.split('\n'));
  return { path, blocks, links: linksOf(prose), anchors: anchorsOf(prose) };
}

const FENCE = /^ *(?<fence>`{3,}|~{3,})(?<kind>\S*)/;
const COMMENT = /^<!-- (.*) -->$/;

/** Takes the blocks out; lines of prose stay where they are. */
function split(page: string, lines: readonly string[]): { blocks: Block[]; prose: string[] } {
  const blocks: Block[] = [];
  const prose: string[] = [];
  let inList = false;
  for (let at = 0; at < lines.length; at += 1) {
    const line = lines[at] ?? '';
    const { fence, kind = '' } = FENCE.exec(line)?.groups ?? {};
    const isIndented = /^ {4}\S/.test(line) && !inList && (lines[at - 1] ?? '').trim() === '';
    if (fence === undefined && !isIndented) {
      if (/^\s*(?:[-*]|\d+\.) /.test(line)) inList = true;
      else if (/^\S/.test(line)) inList = false;
      prose.push(line);
      continue;
    }
    const end =
      fence === undefined
        ? lines.findIndex((other, index) => index > at && !/^ {4}|^$/.test(other))
        : lines.findIndex((other, index) => index > at && other.trim() === fence);
    if (fence !== undefined && end < 0) throw new Error(`${page}:${at + 1}: a fence does not end`);
    const last = end < 0 ? lines.length : end;
    const body = lines.slice(fence === undefined ? at : at + 1, last);
    blocks.push({
      page,
      line: at + 1,
      kind: fence === undefined ? 'indented' : kind,
      text: body.map((each) => `${each}\n`).join(''),
      comment: commentAbove(lines, at),
    });
    const taken = fence === undefined ? last - at : last - at + 1;
    prose.push(...Array.from({ length: taken }, () => ''));
    at += taken - 1;
  }
  return { blocks, prose };
}

/** A comment may stand a line above its block. */
function commentAbove(lines: readonly string[], at: number): string | undefined {
  const above = (lines[at - 1] ?? '').trim() === '' ? lines[at - 2] : lines[at - 1];
  return COMMENT.exec(above ?? '')?.[1];
}

const INLINE_LINK = /\[(?:[^[\]]|\[[^\]]*\])*\]\(([^()\s]*)(?:\s+"[^"]*")?\)/g;
const DEFINITION = /^\[[^\]]+\]: (\S+)$/gm;
const TAG = /<(?:a|img)\b[^>]*\b(?:href|src)="([^"]*)"/g;

function linksOf(prose: readonly string[]): Link[] {
  const text = prose
    .join('\n')
    .replaceAll(/(`+)[^`]+?\1/g, (code) => code.replaceAll(/[^\n]/g, '.'));
  return [INLINE_LINK, DEFINITION, TAG].flatMap((form) =>
    [...text.matchAll(form)].map(({ 1: target = '', index }) => ({
      line: text.slice(0, index).split('\n').length,
      target,
    })),
  );
}

/** As GitHub and the site make them: the second heading of a text gets `-1`. */
function anchorsOf(prose: readonly string[]): Set<string> {
  const anchors = new Set<string>();
  for (const line of prose) {
    const [, heading] = /^#{1,6} (.+)$/.exec(line) ?? [];
    if (heading === undefined) continue;
    const slug = slugOf(textOf(heading));
    let anchor = slug;
    for (let times = 1; anchors.has(anchor); times += 1) anchor = `${slug}-${times}`;
    anchors.add(anchor);
  }
  return anchors;
}

/** A heading without marks: links are their text, and what is code stays as it is. */
function textOf(heading: string): string {
  return heading
    .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replaceAll(/(`+)([^`]+)\1|\*+([^*]+)\*+/g, '$2$3');
}
