// The batches that were set aside, as memory knows them: where they are and how large. Their bytes stay in the store.

import type { QuarantineRow } from '../security-rows.ts';

export class Quarantined {
  readonly #bytes = new Map<string, number>();
  bytes = 0;

  get batches(): number {
    return this.#bytes.size;
  }

  apply(
    key: readonly [topicId: number, partition: number, baseOffset: number],
    row: QuarantineRow | undefined,
  ): void {
    const name = key.join();
    this.bytes -= this.#bytes.get(name) ?? 0;
    if (row === undefined) {
      this.#bytes.delete(name);
      return;
    }
    this.#bytes.set(name, row.bytes);
    this.bytes += row.bytes;
  }
}
