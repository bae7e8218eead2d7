// A directory that goes away when its owner is done with it, and at the latest when the process exits.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const RETRIES_MAX = 5;
const RETRY_MS = 50;

export class TemporaryDirectory {
  readonly path: string;
  readonly #atExit = () => this.remove();

  constructor(prefix = 'millrace-') {
    this.path = mkdtempSync(join(tmpdir(), prefix));
    process.once('exit', this.#atExit);
  }

  remove(): void {
    process.removeListener('exit', this.#atExit);
    // Whoever was killed may be at its last write.
    rmSync(this.path, {
      recursive: true,
      force: true,
      maxRetries: RETRIES_MAX,
      retryDelay: RETRY_MS,
    });
  }
}
