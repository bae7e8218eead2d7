// Whether the disk has room for more records. Looked up from time to time, not a request.
// Below the reserve producing stops; acknowledging, dead-lettering, retention and reading go on.

import { MillraceError } from '@millrace/protocol';
import type { StoreUsage } from '@millrace/storage';

export class SpaceGauge {
  readonly #usage: () => StoreUsage;
  readonly reserveBytes: number;
  #latest: StoreUsage;
  #metFull = false;

  constructor(usage: () => StoreUsage, reserveBytes: number) {
    this.#usage = usage;
    this.reserveBytes = reserveBytes;
    this.#latest = usage();
  }

  refresh(): void {
    this.#latest = this.#usage();
    this.#metFull = false;
  }

  /** A commit found no room, whatever the usage says. Producing stops until the next look. */
  meetFull(): void {
    this.#metFull = true;
  }

  /** A commit found no room since the last look: there may be room for smaller ones. */
  get isShort(): boolean {
    return this.#metFull;
  }

  get latest(): StoreUsage {
    return this.#latest;
  }

  get isFull(): boolean {
    return this.#metFull || this.#latest.freeBytes < this.reserveBytes;
  }

  /** @throws MillraceError STORAGE_FULL */
  assertRoom(): void {
    if (!this.isFull) return;
    throw new MillraceError('STORAGE_FULL', undefined, {
      limit: `${this.reserveBytes} bytes kept in reserve`,
    });
  }
}
