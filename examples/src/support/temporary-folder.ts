// A folder for one run. It goes when the program ends, however it ends; SIGKILL alone leaves it.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export function temporaryFolder(name: string): string {
  const path = mkdtempSync(join(tmpdir(), `millrace-${name}-`));
  // A child that was killed a moment ago may still have a file in hand.
  process.once('exit', () => rmSync(path, { recursive: true, force: true, maxRetries: 5 }));
  return path;
}
