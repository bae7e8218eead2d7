// The habits this repository holds itself to, as functions from a file to what breaks them.
// Functions over text and syntax; the test feeds them the repository, and samples that must fail.
import { at, lineOf, type Source, type SyntaxNode, walk } from './sources.ts';

export const FILE_LINES_LISTED = 300;
export const FILE_LINES_MAX = 500;
export const FUNCTION_LINES_LISTED = 70;
const OPENING_LINES_MAX = 4;

/** Tools that ask for a default export in these files. */
const DEFAULT_EXPORT_FILES =
  /(?:^|\/)(?:[a-z-]+\.config\.ts|[a-z-]+-reporter\.mjs|\.vitepress\/(?:config|theme\/index)\.mjs)$/;

export function nameFaults(path: string): string[] {
  const name = path.split('/').at(-1) ?? path;
  const found: string[] = [];
  if (!/^[a-z0-9]+(?:[-.][a-z0-9]+)*$/.test(name)) found.push(`${path}: not kebab-case`);
  if (/^(?:utils?|helpers?|misc|common)\./.test(name)) found.push(`${path}: a name for anything`);
  return found;
}

/** Tests run alone by mistake, and notes of work left undone. */
export function textFaults(source: Source): string[] {
  const found: string[] = [];
  const rules: [RegExp, string][] = [
    [/\b(?:TOD[O]|FIXM[E]|XX[X]|HAC[K])\b/g, 'work left undone'],
    [/\b(?:describe|it|test)(?:\.\w+)*\.only\b/g, 'a test alone'],
  ];
  for (const [pattern, reason] of rules) {
    for (const match of source.text.matchAll(pattern)) {
      found.push(`${at(source, match.index)}: ${reason}`);
    }
  }
  return found;
}

const SYNTAX_FAULTS: Readonly<Record<string, string>> = {
  ExportDefaultDeclaration: 'default export',
  TSAnyKeyword: 'any',
  TSEnumDeclaration: 'enum',
  TSModuleDeclaration: 'namespace',
};

export function syntaxFaults(source: Source): string[] {
  const found: string[] = [];
  walk(source.program, (node) => {
    const fault = SYNTAX_FAULTS[node.type];
    if (fault === undefined) return;
    if (fault === 'default export' && DEFAULT_EXPORT_FILES.test(source.path)) return;
    found.push(`${at(source, node.start)}: ${fault}`);
  });
  return found;
}

/** A file opens with what it is: a comment of one to four lines, before any code. */
export function openingFaults(source: Source): string[] {
  const body = source.text.replace(/^#!.*\n/, '');
  const opening = /^(?:\/\/.*\n)+|^\/\*[\s\S]*?\*\/\n/.exec(body)?.[0];
  if (opening === undefined) return [`${source.path}: does not open with a comment`];
  const lines = opening
    .trimEnd()
    .split('\n')
    .filter((line) => /\w/.test(line)).length;
  return lines >= 1 && lines <= OPENING_LINES_MAX
    ? []
    : [`${source.path}: opens with a comment of ${lines} lines, not 1-${OPENING_LINES_MAX}`];
}

/** A file that only passes on what others export, save a package's index. */
export function barrelFaults(source: Source): string[] {
  if (/^[a-z]+\/src\/index\.ts$/.test(source.path)) return [];
  const body = source.program['body'] as SyntaxNode[];
  const isBarrel = body.length > 0 && body.every((node) => isSyntaxReexport(node));
  return isBarrel ? [`${source.path}: a barrel`] : [];
}

function isSyntaxReexport(node: SyntaxNode): boolean {
  if (node.type === 'ExportAllDeclaration') return true;
  return node.type === 'ExportNamedDeclaration' && node['source'] !== null;
}

export function fileLines(source: Source): number {
  return source.text.trimEnd().split('\n').length;
}

/** Lines of every function over the limit, by `path#name`; of equal names the longest counts. */
export function longFunctions(source: Source): Map<string, number> {
  const found = new Map<string, number>();
  walk(source.program, (node, parent) => {
    if (!/Function(?:Declaration|Expression)$/.test(node.type)) return;
    const lines = lineOf(source.text, node.end) - lineOf(source.text, node.start) + 1;
    if (lines <= FUNCTION_LINES_LISTED) return;
    const key = `${source.path}#${nameOf(node) ?? nameOf(parent) ?? 'anonymous'}`;
    found.set(key, Math.max(lines, found.get(key) ?? 0));
  });
  return found;
}

function nameOf(node: SyntaxNode | undefined): string | undefined {
  const name = (node?.['id'] ?? node?.['key']) as { name?: unknown } | null | undefined;
  return typeof name?.name === 'string' ? name.name : undefined;
}

/**
 * The ratchet: what is over a limit must be listed with its exact size. A listed size above the
 * present one must be lowered and one that is no longer needed removed, so the list only shrinks.
 */
export function ratchetFaults(
  present: ReadonlyMap<string, number>,
  listed: Readonly<Record<string, number>>,
): string[] {
  const found: string[] = [];
  for (const [key, lines] of present) {
    const allowed = listed[key];
    if (allowed === undefined) found.push(`${key}: ${lines} lines; split it`);
    else if (lines > allowed)
      found.push(`${key}: ${lines} lines, listed with ${allowed}; split it`);
    else if (lines < allowed) found.push(`${key}: ${lines} lines; lower its entry of ${allowed}`);
  }
  for (const key of Object.keys(listed)) {
    if (!present.has(key)) found.push(`${key}: within the limit; remove its entry`);
  }
  return found;
}

/** Mentions of the machine the checkout lies on. Folders every machine has tell nothing. */
export function machineFaults(path: string, text: string, folders: readonly string[]): string[] {
  const everywhere = new Set([
    '',
    '/',
    '/tmp',
    '/home',
    '/usr/src',
    '/srv',
    '/opt',
    '/var',
    '/app',
  ]);
  const found: string[] = [];
  for (const folder of folders) {
    if (everywhere.has(folder)) continue;
    const place = text.search(
      new RegExp(`(?<![\\w.)~-])${folder.replace(/[^\w/]/g, '\\$&')}(?![\\w-])`),
    );
    if (place >= 0) found.push(`${path}:${lineOf(text, place)}: names ${folder}`);
  }
  return found;
}
