// The repository as the tests of its own rules see it: files, parsed sources, manifests.
// Reads only; knows no rule.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseSync } from 'oxc-parser';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url)).replace(/[\\/]$/, '');

const IGNORED_FOLDERS = new Set([
  '.git',
  'node_modules',
  '.venv',
  'dist',
  'coverage',
  '.cache',
  '.servers',
  'data',
]);

export type SyntaxNode = { type: string; start: number; end: number; [field: string]: unknown };

export type Source = {
  /** Path from the root, with forward slashes. */
  path: string;
  text: string;
  program: SyntaxNode;
  comments: readonly { start: number; end: number }[];
  /**
   * What the file imports or re-exports, by specifier; what it resolves or
   * imports at run time too, where that is a literal.
   */
  imports: readonly { specifier: string; start: number }[];
};

/** Every file of the checkout but what is installed, built or measured. */
export function listFiles(folder = ''): string[] {
  const found: string[] = [];
  for (const entry of readdirSync(join(ROOT, folder), { withFileTypes: true })) {
    const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
    if (entry.isDirectory()) {
      if (!IGNORED_FOLDERS.has(entry.name)) found.push(...listFiles(path));
    } else if (entry.isFile() && !entry.name.endsWith('.log')) {
      found.push(path);
    }
  }
  return found;
}

export function readText(path: string): string {
  return readFileSync(join(ROOT, path), 'utf8');
}

export function isSourceFile(path: string): boolean {
  return /\.(?:tsx?|mts|mjs|js)$/.test(path) && !path.endsWith('.d.ts');
}

function isSyntaxNode(value: unknown): value is SyntaxNode {
  return typeof value === 'object' && value !== null && 'type' in value && 'start' in value;
}

/** Visits a node and all below it, parents first. */
export function walk(
  node: SyntaxNode,
  visit: (node: SyntaxNode, parent: SyntaxNode | undefined) => void,
  parent?: SyntaxNode,
): void {
  visit(node, parent);
  for (const value of Object.values(node)) {
    for (const child of Array.isArray(value) ? value : [value]) {
      if (isSyntaxNode(child)) walk(child, visit, node);
    }
  }
}

const RESOLVERS = new Set(['require', 'require.resolve', 'import.meta.resolve']);

/** Specifiers handed to the functions that resolve or load a module at run time. */
function resolvedSpecifiers(program: SyntaxNode, text: string): Source['imports'] {
  const found: { specifier: string; start: number }[] = [];
  walk(program, (node) => {
    if (node.type !== 'CallExpression') return;
    const [callee, first] = [node['callee'], (node['arguments'] as SyntaxNode[])[0]];
    if (!isSyntaxNode(callee) || !RESOLVERS.has(text.slice(callee.start, callee.end))) return;
    if (first?.type === 'Literal' && typeof first['value'] === 'string') {
      found.push({ specifier: first['value'], start: first.start });
    }
  });
  return found;
}

export function parseSource(path: string, text: string): Source {
  const parsed = parseSync(path, text);
  if (parsed.errors.length > 0) {
    throw new Error(`${path}: ${parsed.errors.map((error) => error.message).join('; ')}`);
  }
  const { staticImports, staticExports, dynamicImports } = parsed.module;
  const imports = staticImports.map(({ moduleRequest }) => ({
    specifier: moduleRequest.value,
    start: moduleRequest.start,
  }));
  for (const { moduleRequest } of staticExports.flatMap((statement) => statement.entries)) {
    if (moduleRequest !== null && moduleRequest !== undefined) {
      imports.push({ specifier: moduleRequest.value, start: moduleRequest.start });
    }
  }
  for (const { moduleRequest } of dynamicImports) {
    const literal = /^(['"])(.*)\1$/.exec(text.slice(moduleRequest.start, moduleRequest.end));
    if (literal?.[2] !== undefined) {
      imports.push({ specifier: literal[2], start: moduleRequest.start });
    }
  }
  const program = parsed.program as unknown as SyntaxNode;
  imports.push(...resolvedSpecifiers(program, text));
  return { path, text, program, comments: parsed.comments, imports };
}

export function lineOf(text: string, position: number): number {
  return text.slice(0, position).split('\n').length;
}

export function at(source: Source, position: number): string {
  return `${source.path}:${lineOf(source.text, position)}`;
}
