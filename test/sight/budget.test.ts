// What a browser has to load before the page shows anything, and what comes with a view: held to a budget.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { brotliDecompressSync, gunzipSync, gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';

const DIST = fileURLToPath(new URL('../../dashboard/dist/', import.meta.url));
/** Of everything that the page loads at first, gzipped, bytes. */
const INITIAL_BYTES_MAX = 120 * 1024;
/** Of what any one view brings along, gzipped, bytes. */
const VIEW_BYTES_MAX = 60 * 1024;

interface Chunk {
  readonly file: string;
  readonly isEntry?: boolean;
  readonly imports?: readonly string[];
  readonly css?: readonly string[];
}

const CHUNKS = JSON.parse(readFileSync(`${DIST}.vite/manifest.json`, 'utf8')) as Record<
  string,
  Chunk
>;

/** A chunk's files and those of what it imports at once; what it loads on demand is not among them. */
function filesOf(name: string, seen = new Set<string>()): Set<string> {
  const chunk = CHUNKS[name];
  if (chunk === undefined || seen.has(chunk.file)) return seen;
  seen.add(chunk.file);
  for (const css of chunk.css ?? []) seen.add(css);
  for (const imported of chunk.imports ?? []) filesOf(imported, seen);
  return seen;
}

function gzipBytes(files: Iterable<string>): number {
  return [...files].reduce((sum, file) => sum + gzipSync(readFileSync(`${DIST}${file}`)).length, 0);
}

const ENTRY = Object.keys(CHUNKS).find((name) => CHUNKS[name]?.isEntry === true) ?? '';

describe('the size of the page', () => {
  it('what loads at first fits the budget', () => {
    const files = filesOf(ENTRY);
    expect(files.size).toBeGreaterThan(1);
    const bytes = gzipBytes(files);
    console.log(`the page loads ${bytes} bytes at first, gzipped, in ${files.size} files`);
    expect(bytes).toBeLessThan(INITIAL_BYTES_MAX);
  });

  it('so does each view', () => {
    const initial = filesOf(ENTRY);
    const views = Object.keys(CHUNKS).filter((name) => name.endsWith('-view.tsx'));
    expect(views.length).toBeGreaterThan(1);
    const large = views
      .map((name) => [name, gzipBytes([...filesOf(name)].filter((file) => !initial.has(file)))])
      .filter(([, bytes]) => Number(bytes) > VIEW_BYTES_MAX);
    expect(large).toEqual([]);
  });

  it('what is worth it stands there compressed, for a server to send as it is', () => {
    const files = readdirSync(`${DIST}assets`);
    const texts = files.filter((name) => /\.(js|css)$/.test(name));
    expect(texts.length).toBeGreaterThan(1);
    for (const name of texts) {
      const whole = readFileSync(`${DIST}assets/${name}`);
      const [br, gz] = ['br', 'gz'].map((ending) => `${DIST}assets/${name}.${ending}`);
      // Of a few bytes the compressed form is longer.
      if (whole.length < 200) continue;
      expect(brotliDecompressSync(readFileSync(`${br}`)).equals(whole), `${name}.br`).toBe(true);
      expect(gunzipSync(readFileSync(`${gz}`)).equals(whole), `${name}.gz`).toBe(true);
    }
    const first = [...filesOf(ENTRY)].filter((name) => files.includes(`${name.split('/')[1]}.br`));
    const bytes = first.reduce((sum, name) => sum + readFileSync(`${DIST}${name}.br`).length, 0);
    console.log(`with brotli the page loads ${bytes} bytes at first`);
    expect(bytes).toBeLessThan(gzipBytes(filesOf(ENTRY)));
  });

  it('the page names no other host, and has no inline code', () => {
    const html = readFileSync(`${DIST}index.html`, 'utf8');
    expect(html).not.toMatch(/https?:\/\//);
    expect(html).not.toMatch(/<script(?![^>]*\ssrc=)|<style|\sstyle=|\son\w+=/);
    expect(existsSync(`${DIST}assets`)).toBe(true);
  });
});
