// Whether the disk has room for more records. Looked up from time to time, not a request.
// Below the reserve producing stops; acknowledging, dead-lettering, retention and reading go on.

import { MillraceError } from '@millrace/protocol';
import type { StoreUsage } from '@millrace/storage';

export class SpaceGauge {
  readonly #usage: () => StoreUsage;
  readonly #reserveBytes: number;
  #latest: StoreUsage;

  constructor(usage: () => StoreUsage, reserveBytes: number) {
    this.#usage = usage;
    this.#reserveBytes = reserveBytes;
    this.#latest = usage();
  }

  refresh(): void {
    this.#latest = this.#usage();
  }

  get latest(): StoreUsage {
    return this.#latest;
  }

  get isFull(): boolean {
    return this.#latest.freeBytes < this.#reserveBytes;
  }

  /** @throws MillraceError STORAGE_FULL */
  assertRoom(): void {
    if (!this.isFull) return;
    throw new MillraceError('STORAGE_FULL', undefined, {
      limit: `${this.#reserveBytes} bytes kept in reserve`,
    });
  }
}
