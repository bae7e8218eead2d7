// A disk for the journal that fails on command and loses power: what was not flushed is gone, and of the write that was on
// its way any of its sectors may be there. It lies in memory until it is put into a directory.
import { writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { JournalDisk, JournalHandle } from '../../src/journal/journal-disk.ts';

export const SECTOR_BYTES = 512;

export interface WriteOnItsWay {
  readonly path: string;
  readonly position: number;
  readonly bytes: Buffer;
}

/** What becomes of a write, instead of passing. */
export type WriteFault =
  | { readonly kind: 'fails'; readonly code: 'EIO' | 'ENOSPC'; readonly errno: number }
  | { readonly kind: 'isShort'; readonly bytes: number }
  /** Does not end before the gate opens. */
  | { readonly kind: 'waits'; readonly until: Promise<void> };

export class PowerDisk implements JournalDisk {
  readonly files = new Map<string, Buffer>();
  readonly #faults: WriteFault[] = [];
  onItsWay: WriteOnItsWay | undefined;

  /** Faults of the next writes, one each. */
  script(...faults: readonly WriteFault[]): void {
    this.#faults.push(...faults);
  }

  open(path: string): JournalHandle {
    const { files } = this;
    if (!files.has(path)) files.set(path, Buffer.alloc(0));
    return {
      get bytes() {
        return files.get(path)?.length ?? 0;
      },
      write: (parts, position) => this.#write(path, parts, position),
      truncate: async (bytes) => {
        const file = files.get(path) ?? Buffer.alloc(0);
        files.set(path, Buffer.concat([file, Buffer.alloc(bytes)]).subarray(0, bytes));
      },
      close: () => undefined,
    };
  }

  syncNames(): void {}

  remove(path: string): void {
    this.files.delete(path);
  }

  /** What a power cut leaves: of the write on its way, the sectors that `isThere` names. */
  putInto(directory: string, isThere: (sector: number) => boolean = () => false): void {
    for (const [path, bytes] of this.files) {
      const write = this.onItsWay?.path === path ? this.onItsWay : undefined;
      const left = write ? torn(bytes, write, isThere) : bytes;
      writeFileSync(join(directory, basename(path)), left);
    }
  }

  async #write(path: string, parts: readonly Uint8Array[], position: number): Promise<number> {
    const bytes = Buffer.concat(parts);
    const fault = this.#faults.shift();
    this.onItsWay = { path, position, bytes };
    await (fault?.kind === 'waits' ? fault.until : Promise.resolve());
    this.onItsWay = undefined;
    if (fault?.kind === 'fails') {
      throw Object.assign(new Error(`${fault.code}: by the script`), fault);
    }
    const written = fault?.kind === 'isShort' ? bytes.subarray(0, fault.bytes) : bytes;
    this.files.set(path, withBytes(this.files.get(path), position, written));
    return written.length;
  }
}

function withBytes(file: Buffer | undefined, position: number, bytes: Uint8Array): Buffer {
  const size = Math.max(file?.length ?? 0, position + bytes.length);
  const next = Buffer.alloc(size);
  file?.copy(next);
  next.set(bytes, position);
  return next;
}

function torn(
  file: Buffer,
  { position, bytes }: WriteOnItsWay,
  isThere: (sector: number) => boolean,
): Buffer {
  let left = file;
  for (let at = 0; at < bytes.length; at += SECTOR_BYTES) {
    if (!isThere(at / SECTOR_BYTES)) continue;
    left = withBytes(left, position + at, bytes.subarray(at, at + SECTOR_BYTES));
  }
  return left;
}
