// Who may import whom, held against every source file, manifest and tsconfig of the repository.
import { describe, expect, it } from 'vitest';
import {
  BUNDLED,
  disagreements,
  forbiddenImports,
  importedNames,
  impurities,
  LAYERS,
  LEAVES,
  type LockedPackage,
  nativeDependencies,
  PUBLIC,
} from './layers.ts';
import { isSourceFile, listFiles, parseSource, readText, type Source } from './sources.ts';

type Manifest = {
  dependencies?: Record<string, string>;
  devDependencies?: Record<string, string>;
  peerDependencies?: Record<string, string>;
  workspaces?: string[];
  private?: boolean;
};

const OWNERS = Object.keys(LAYERS);
const SOURCES = new Map<string, Source[]>(
  OWNERS.map((owner) => [
    owner,
    listFiles(`${owner}/src`)
      .filter(isSourceFile)
      .map((path) => parseSource(path, readText(path))),
  ]),
);

function sourcesOf(owner: string): Source[] {
  return SOURCES.get(owner) ?? [];
}

function readJson<T>(path: string): T {
  return JSON.parse(readText(path)) as T;
}

function declaredBy(owner: string): string[] {
  const manifest = readJson<Manifest>(`${owner}/package.json`);
  const bundler = BUNDLED[owner];
  if (bundler === undefined) return Object.keys(manifest.dependencies ?? {});
  return Object.keys(manifest.devDependencies ?? {}).filter((name) => !bundler.includes(name));
}

const LOCKED = readJson<{ packages: Record<string, LockedPackage> }>('package-lock.json').packages;

describe('layers of the repository', () => {
  it('has a row for every workspace but test, and apidoc, which has no sources', () => {
    const workspaces = readJson<Manifest>('package.json').workspaces ?? [];
    expect([...OWNERS, 'test', 'apidoc'].toSorted()).toEqual(workspaces.toSorted());
  });

  it.each(OWNERS)('%s imports only what its row allows', (owner) => {
    expect(sourcesOf(owner).length).toBeGreaterThan(0);
    expect(sourcesOf(owner).flatMap((source) => forbiddenImports(owner, source))).toEqual([]);
  });

  it.each(OWNERS)('%s declares what it imports and no more', (owner) => {
    const references = readJson<{ references?: { path: string }[] }>(`${owner}/tsconfig.json`);
    const paths = (references.references ?? []).map(({ path }) => path);
    const imported = importedNames(sourcesOf(owner));
    const peers = Object.keys(readJson<Manifest>(`${owner}/package.json`).peerDependencies ?? {});
    expect(disagreements(owner, imported, declaredBy(owner), paths, peers)).toEqual([]);
  });

  it('core has no clock, timer, chance or async', () => {
    expect(sourcesOf('core').flatMap(impurities)).toEqual([]);
  });

  it.each(PUBLIC)('%s installs without native code', (owner) => {
    expect(nativeDependencies(LOCKED, `@millrace/${owner}`)).toEqual([]);
  });

  it('only protocol and client are public', () => {
    const open = [...OWNERS, 'test'].filter(
      (owner) => readJson<Manifest>(`${owner}/package.json`).private !== true,
    );
    expect(open.toSorted()).toEqual(PUBLIC.toSorted());
  });

  it('nobody depends on a leaf', () => {
    const edges = OWNERS.flatMap((owner) => declaredBy(owner));
    expect(edges.filter((name) => LEAVES.includes(name.replace('@millrace/', '')))).toEqual([]);
  });
});

describe('layer rules, seen failing', () => {
  const sample = (text: string) => parseSource('core/src/sample.ts', text);

  it.each([
    ["import { Socket } from 'node:net';", 'is a node: module'],
    ["import net from 'net';", 'is not in the table'],
    ["import { open } from 'lmdb';", 'is not in the table'],
    ["import { Store } from '@millrace/storage';", 'is not below core'],
    ["import type { Store } from '@millrace/storage';", 'is not below core'],
    ["export * from '@millrace/bench';", 'is not below core'],
    ["export const x = import('@millrace/cli');", 'is not below core'],
    ["import { f } from '@millrace/protocol/dist/frame.js';", "reaches past the package's index"],
    ["import { f } from '../../protocol/src/frame.ts';", 'leaves the package'],
    ["import { f } from './frame.js';", 'has no .ts extension'],
  ])('%s', (text, reason) => {
    expect(forbiddenImports('core', sample(text))).toEqual([expect.stringContaining(reason)]);
  });

  it.each([
    ["import { trace } from '@opentelemetry/api';", 'is optional: only client/src/opentelemetry/'],
    ["import { instrument } from './opentelemetry/instrument.ts';", 'is optional'],
  ])('%s in the client', (text, reason) => {
    const source = parseSource('client/src/sample.ts', text);
    expect(forbiddenImports('client', source)).toEqual([expect.stringContaining(reason)]);
    const inside = parseSource(
      'client/src/opentelemetry/sample.ts',
      text.replace('./opent', '../opent'),
    );
    expect(forbiddenImports('client', inside)).toEqual([]);
  });

  it('lets the allowed through', () => {
    const text = "import { f } from './f.ts';\nimport { p } from '@millrace/protocol';";
    expect(forbiddenImports('core', sample(text))).toEqual([]);
    expect(forbiddenImports('unknown', sample(text))).toHaveLength(1);
  });

  it.each([
    'export const now = () => Date.now();',
    'export const chance = () => Math.random();',
    'export const { random } = Math;',
    'export async function f() {}',
    'export const f = (p: Promise<void>) => setTimeout(() => p, 1);',
    'export const f = () => performance.now();',
  ])('impure: %s', (text) => {
    expect(impurities(sample(text))).not.toEqual([]);
  });

  it('lets a field named like a global through', () => {
    expect(impurities(sample('export const f = (a: { process: number }) => a.process;'))).toEqual(
      [],
    );
  });

  it('an import, a declaration and a reference that stand alone', () => {
    const imported = new Set(['@millrace/protocol', 'pino']);
    expect(disagreements('x', imported, ['@millrace/protocol', 'pino'], ['../protocol'])).toEqual(
      [],
    );
    expect(disagreements('x', imported, ['@millrace/protocol'], ['../protocol'])).toHaveLength(1);
    expect(disagreements('x', new Set(), ['pino'], [])).toHaveLength(1);
    expect(disagreements('x', imported, ['@millrace/protocol', 'pino'], [])).toHaveLength(1);
  });

  it('native code anywhere below', () => {
    expect(nativeDependencies(LOCKED, '@millrace/storage')).toContain('lmdb');
    expect(nativeDependencies(LOCKED, 'absent')).toEqual(['absent (not in the lock file)']);
  });
});
