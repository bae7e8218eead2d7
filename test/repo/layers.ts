// The rules of who may import whom, as one table and functions that name what breaks it.
// Functions over parsed files; the test feeds them the repository, and samples that must fail.
import { at, type Source, type SyntaxNode, walk } from './sources.ts';

/** A package's row: which packages and which libraries its `src` may import. */
type Layer = { packages: readonly string[]; libraries: readonly string[]; node: boolean };

export const LAYERS: Readonly<Record<string, Layer>> = {
  protocol: { packages: [], libraries: ['msgpackr'], node: true },
  core: { packages: ['protocol'], libraries: ['re2js'], node: false },
  storage: { packages: [], libraries: ['lmdb', 'msgpackr'], node: true },
  options: {
    packages: ['protocol'],
    libraries: [
      '@opentelemetry/api',
      '@opentelemetry/context-async-hooks',
      '@opentelemetry/core',
      '@opentelemetry/exporter-trace-otlp-http',
      '@opentelemetry/exporter-trace-otlp-proto',
      '@opentelemetry/resources',
      '@opentelemetry/sdk-trace-base',
      'commander',
      'pino',
      'prom-client',
    ],
    node: true,
  },
  broker: {
    packages: ['core', 'options', 'protocol', 'storage'],
    libraries: ['@opentelemetry/api', 'commander', 'croner'],
    node: true,
  },
  client: { packages: ['protocol'], libraries: ['@opentelemetry/api'], node: true },
  cli: {
    packages: ['client', 'protocol'],
    libraries: ['cli-progress', 'cli-table3', 'commander', 're2js'],
    node: true,
  },
  gateway: {
    packages: ['client', 'options', 'protocol'],
    libraries: [
      '@fastify/cors',
      '@fastify/rate-limit',
      '@fastify/static',
      '@fastify/swagger',
      '@fastify/swagger-ui',
      '@fastify/type-provider-typebox',
      '@fastify/websocket',
      '@opentelemetry/api',
      'fastify',
      'typebox',
    ],
    node: true,
  },
  dashboard: {
    packages: ['gateway'],
    libraries: ['@preact/signals', '@tanstack/virtual-core', 'preact', 'uplot'],
    node: false,
  },
  launcher: { packages: ['broker', 'gateway', 'options'], libraries: [], node: true },
  harness: { packages: [], libraries: [], node: true },
  scenarios: {
    packages: ['client', 'harness', 'protocol'],
    libraries: [
      '@aws-sdk/client-sqs',
      'cli-progress',
      'cli-table3',
      'commander',
      'lmdb',
      'vega-datasets',
    ],
    node: true,
  },
  examples: {
    packages: ['client'],
    libraries: ['@aws-sdk/client-sqs', 'fastify', 'lmdb', 'pdfkit'],
    node: true,
  },
  bench: {
    packages: ['client', 'harness', 'protocol', 'storage'],
    libraries: [
      'autocannon',
      'cli-progress',
      'cli-table3',
      'd3',
      'd3-flame-graph',
      'echarts',
      'fastify',
      'hdr-histogram-js',
    ],
    node: true,
  },
};

/** Which faces of a package there are besides its index, and who may look at them. */
const FACES: Readonly<Record<string, readonly string[]>> = {
  'client/opentelemetry': ['gateway'],
  'gateway/rest-types': ['dashboard'],
};

/** Libraries that may be absent, and the one place that imports them: a face of its own, which the index does not load. */
const OPTIONAL: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  client: { '@opentelemetry/api': 'client/src/opentelemetry/' },
};

/** Built into files for a browser: what it imports is needed only where it is built, and its bundler beside it. */
export const BUNDLED: Readonly<Record<string, readonly string[]>> = { dashboard: ['vite'] };

/** Nobody's dependency but the test package's. */
export const LEAVES: readonly string[] = [
  'test',
  'bench',
  'scenarios',
  'examples',
  'cli',
  'launcher',
  'dashboard',
];

/** The packages whose users must never compile anything. */
export const PUBLIC: readonly string[] = ['protocol', 'client'];

const SCOPE = '@millrace/';

export function libraryOf(specifier: string): string {
  const parts = specifier.split('/');
  return specifier.startsWith('@') ? parts.slice(0, 2).join('/') : (parts[0] ?? specifier);
}

function breakOf(owner: string, layer: Layer, path: string, specifier: string): string | undefined {
  if (specifier.startsWith('.')) {
    const folder = path.split('/').slice(0, -1).join('/');
    const target = new URL(specifier, `file:///${folder}/`).pathname;
    for (const place of Object.values(OPTIONAL[owner] ?? {})) {
      if (target.startsWith(`/${place}`) && !path.startsWith(place)) return `${place} is optional`;
    }
    if (!target.startsWith(`/${owner}/src/`)) return 'leaves the package by a relative path';
    return /\.(?:tsx?|css|svg)$/.test(specifier) ? undefined : 'has no .ts extension';
  }
  if (specifier.startsWith('node:')) return layer.node ? undefined : 'is a node: module';
  if (specifier.startsWith(SCOPE)) {
    const name = specifier.slice(SCOPE.length);
    if (name.includes('/')) {
      return FACES[name]?.includes(owner) ? undefined : "reaches past the package's index";
    }
    if (owner === 'dashboard') return 'is code of another package: only its types are for the page';
    return layer.packages.includes(name) ? undefined : `is not below ${owner}`;
  }
  const library = libraryOf(specifier);
  const place = OPTIONAL[owner]?.[library];
  if (place !== undefined && !path.startsWith(place)) return `is optional: only ${place} loads it`;
  return layer.libraries.includes(library) ? undefined : 'is not in the table';
}

/** Imports of one source file that its package's row does not allow. */
export function forbiddenImports(owner: string, source: Source): string[] {
  const layer = LAYERS[owner];
  if (layer === undefined) return [`${source.path}: ${owner} has no row in the table`];
  return source.imports.flatMap(({ specifier, start }) => {
    const reason = breakOf(owner, layer, source.path, specifier);
    return reason === undefined ? [] : [`${at(source, start)}: '${specifier}' ${reason}`];
  });
}

/** The names that a package's sources import: workspace packages and libraries. */
export function importedNames(sources: readonly Source[]): Set<string> {
  const outside = sources
    .flatMap((source) => source.imports)
    .filter(({ specifier }) => !/^(?:\.|node:)/.test(specifier));
  return new Set(outside.map(({ specifier }) => libraryOf(specifier)));
}

/** Where a manifest, the references of a tsconfig and the imports do not say the same. */
export function disagreements(
  owner: string,
  imported: ReadonlySet<string>,
  declared: readonly string[],
  references: readonly string[],
  optionalPeers: readonly string[] = [],
): string[] {
  const found: string[] = [];
  for (const name of imported) {
    if (!declared.includes(name) && !optionalPeers.includes(name))
      found.push(`${owner}: imports ${name}, not in package.json`);
  }
  for (const name of declared) {
    if (!imported.has(name)) found.push(`${owner}: package.json has ${name}, not imported`);
  }
  const packages = declared.filter((name) => name.startsWith(SCOPE));
  const expected = packages.map((name) => `../${name.slice(SCOPE.length)}`).toSorted();
  if (expected.join() !== references.toSorted().join()) {
    found.push(`${owner}: tsconfig references [${references.join()}], not [${expected.join()}]`);
  }
  return found;
}

/** One package as package-lock.json describes it. */
export type LockedPackage = {
  dependencies?: Record<string, string>;
  hasInstallScript?: boolean;
  link?: boolean;
  resolved?: string;
  os?: string[];
  cpu?: string[];
};

/**
 * The packages with native code that installing `name` cannot do without. Optional dependencies
 * do not count: they may be absent.
 */
export function nativeDependencies(
  locked: Readonly<Record<string, LockedPackage>>,
  name: string,
): string[] {
  const seen = new Set<string>();
  const found: string[] = [];
  const pending = [name];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    if (seen.has(next)) continue;
    seen.add(next);
    const entry = locked[`node_modules/${next}`];
    if (entry === undefined) {
      found.push(`${next} (not in the lock file)`);
      continue;
    }
    const own = entry.link === true && entry.resolved ? locked[entry.resolved] : entry;
    if (own?.hasInstallScript === true || own?.os !== undefined || own?.cpu !== undefined) {
      found.push(next);
    }
    pending.push(...Object.keys(own?.dependencies ?? {}));
  }
  return found;
}

const IMPURE_GLOBALS = new Set(['Date', 'performance', 'process', 'console', 'crypto', 'fetch']);
const IMPURE_CALLS = /^(?:set|clear)(?:Timeout|Interval|Immediate)$|^queueMicrotask$/;

function impurityOf(node: SyntaxNode, parent: SyntaxNode | undefined): string | undefined {
  if (node.type === 'AwaitExpression' || node['async'] === true) return 'async';
  if (node.type !== 'Identifier') return undefined;
  const name = String(node['name']);
  if (name === 'Math' && parent?.type !== 'MemberExpression') return 'Math as a whole';
  const isField =
    (parent?.type === 'MemberExpression' && parent['property'] === node && !parent['computed']) ||
    (parent?.type === 'Property' && parent['key'] === node && !parent['shorthand']) ||
    parent?.type === 'TSPropertySignature';
  if (isField) return isMathRandom(name, parent) ? 'Math.random' : undefined;
  return IMPURE_GLOBALS.has(name) || IMPURE_CALLS.test(name) ? name : undefined;
}

function isMathRandom(name: string, parent: SyntaxNode): boolean {
  const owner = parent['object'] as { name?: unknown } | undefined;
  return name === 'random' && owner?.name === 'Math';
}

/** Uses of a clock, a timer, chance or `async`: core decides, and none of these decide. */
export function impurities(source: Source): string[] {
  const found: string[] = [];
  walk(source.program, (node, parent) => {
    const impurity = impurityOf(node, parent);
    if (impurity !== undefined) found.push(`${at(source, node.start)}: ${impurity}`);
  });
  return found;
}
