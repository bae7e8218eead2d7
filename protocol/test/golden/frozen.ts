// The golden files in protocol/vectors: read, compared, and added to. What is frozen is never rewritten by accident:
// UPDATE_VECTORS=1 adds what is missing, UPDATE_VECTORS=all makes everything anew (before a release only).
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export interface Vector {
  readonly name: string;
}

const MODE = process.env['UPDATE_VECTORS'];

function pathOf(file: string): string {
  return fileURLToPath(new URL(`../../vectors/${file}`, import.meta.url));
}

/** Bytes inside a vector's values: `{"$hex": "00ff"}`. */
function toJson(_: string, value: unknown): unknown {
  const bytes = value as { type?: unknown; data?: unknown } | null;
  if (typeof bytes === 'object' && bytes?.type === 'Buffer' && Array.isArray(bytes.data)) {
    return { $hex: Buffer.from(bytes.data as number[]).toString('hex') };
  }
  return value instanceof Uint8Array ? { $hex: Buffer.from(value).toString('hex') } : value;
}

function fromJson(_: string, value: unknown): unknown {
  const hex = (value as { $hex?: unknown } | null)?.$hex;
  return typeof hex === 'string' ? Buffer.from(hex, 'hex') : value;
}

function read<T>(file: string): T[] {
  if (!existsSync(pathOf(file))) return [];
  return JSON.parse(readFileSync(pathOf(file), 'utf8'), fromJson) as T[];
}

/** The frozen vectors of a file, with those of `make` that it lacks where an update is asked for. */
export function frozen<T extends Vector>(file: string, make: () => readonly T[]): readonly T[] {
  const known = MODE === 'all' ? [] : read<T>(file);
  if (MODE === undefined) return known;
  const names = new Set(known.map(({ name }) => name));
  const all = [...known, ...make().filter(({ name }) => !names.has(name))];
  const lines = all.map((vector) => JSON.stringify(vector, toJson));
  writeFileSync(pathOf(file), `[\n${lines.join(',\n')}\n]\n`);
  return read<T>(file);
}

export function bytesOf(hex: string): Buffer {
  return Buffer.from(hex, 'hex');
}

export function hexOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}

/** Throws with what to do where a list of names that should be empty is not. */
export function demandNone(names: readonly string[], advice: string): void {
  if (names.length > 0) throw new Error(`${advice}\n\n${names.join('\n')}`);
}
