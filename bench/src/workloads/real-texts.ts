// Records of real texts: what lies in a checkout, cut into values of 200 B to 10 KiB. The same at every start, for one
// checkout. It reads files and nothing else.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export interface TextKind {
  readonly name: string;
  readonly values: readonly Buffer[];
}

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const VALUE_BYTES_MIN = 200;
const VALUE_BYTES_MAX = 10 * 1_024;
/** Of each kind: more than any codec's window, little enough to be made at once. */
const KIND_BYTES_MAX = 4 * 2 ** 20;

export function realTexts(root = ROOT): TextKind[] {
  const kinds = [
    { name: 'JSON', values: packageEntries(root) },
    { name: 'source', values: pieces(filesOf(root, 'src', '.ts')) },
    { name: 'prose', values: pieces(filesOf(root, 'docs', '.md')) },
  ];
  return kinds.filter(({ values }) => values.length > 0);
}

/** What the lock file says of each package, and what each package says of itself: as events about things are. */
function packageEntries(root: string): Buffer[] {
  const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as {
    packages: Record<string, object>;
  };
  const texts: string[] = [];
  for (const [path, entry] of Object.entries(lock.packages)) {
    texts.push(JSON.stringify({ path, ...entry }));
    const own = read(join(root, path, 'package.json'));
    if (own !== undefined) texts.push(JSON.stringify(JSON.parse(own)));
  }
  const fitting = texts
    .map((text) => Buffer.from(text))
    .filter(({ length }) => length >= VALUE_BYTES_MIN && length <= VALUE_BYTES_MAX);
  return limited(fitting);
}

function filesOf(root: string, directory: string, ending: string): string[] {
  const top = readdirSync(root, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  const places = [join(root, directory), ...top.map(({ name }) => join(root, name, directory))];
  const found: string[] = [];
  for (const place of places) {
    for (const path of listed(place)) {
      const text = path.endsWith(ending) ? read(join(place, path)) : undefined;
      if (text !== undefined) found.push(text);
    }
  }
  return found;
}

function listed(place: string): string[] {
  try {
    return (readdirSync(place, { recursive: true }) as string[]).toSorted();
  } catch {
    return [];
  }
}

/** Undefined where there is no such file: not every package of the lock file is installed. */
function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

/** Whole lines; sizes go round from the least to the most. */
function pieces(texts: readonly string[]): Buffer[] {
  const values: Buffer[] = [];
  let size = VALUE_BYTES_MIN;
  let lines: string[] = [];
  let bytes = 0;
  for (const text of texts) {
    for (const line of text.split('\n')) {
      lines.push(line);
      bytes += line.length + 1;
      if (bytes <= size) continue;
      values.push(Buffer.from(lines.join('\n')).subarray(0, VALUE_BYTES_MAX));
      size = size * 1.5 > VALUE_BYTES_MAX / 2 ? VALUE_BYTES_MIN : Math.floor(size * 1.5);
      lines = [];
      bytes = 0;
    }
  }
  return limited(values);
}

function limited(values: readonly Buffer[]): Buffer[] {
  const taken: Buffer[] = [];
  let bytes = 0;
  for (const value of values) {
    bytes += value.length;
    if (bytes > KIND_BYTES_MAX) break;
    taken.push(value);
  }
  return taken;
}
