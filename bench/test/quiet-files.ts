// For tests that run a command of the bench: files of results in a directory of its own, and nothing on the terminal.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, vi } from 'vitest';

/** Inside of a `describe`. Writes a document as JSON and gives its path. */
export function quietFiles(): (name: string, document: unknown) => string {
  const directory = mkdtempSync(join(tmpdir(), 'millrace-bench-test-'));
  beforeAll(() => {
    vi.spyOn(process.stdout, 'write').mockReturnValue(true);
    vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  });
  afterAll(() => {
    vi.restoreAllMocks();
    rmSync(directory, { recursive: true });
  });
  return (name, document) => {
    const path = join(directory, name);
    writeFileSync(path, JSON.stringify(document));
    return path;
  };
}
