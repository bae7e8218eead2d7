// The journal of a running store: two files used in turns, and where the next frame goes. It must not know what a
// commit means, nor when a file may be used again: its owner turns to the other file only when nothing in it counts.

import { constants } from 'node:os';
import { assert } from '../assert.ts';
import type { EncodedWrite } from '../encoded-writes.ts';
import { CommitAbortedError, FlushUnknownError } from '../errors.ts';
import { STORAGE_LIMITS } from '../limits.ts';
import { BLOCK_BYTES, encodeFileHead, type Frame, FrameWriter } from './frame.ts';
import type { JournalDisk, JournalHandle } from './journal-disk.ts';

/** The two files of a data file. */
export const journalPaths = (dataPath: string): readonly [string, string] => [
  `${dataPath}-journal-a`,
  `${dataPath}-journal-b`,
];

const { EDQUOT, EFBIG, ENOSPC } = constants.errno;
const FULL: ReadonlySet<number> = new Set([ENOSPC, EDQUOT, EFBIG]);

interface JournalFile {
  readonly path: string;
  readonly handle: JournalHandle;
}

export interface JournalOptions {
  readonly dataPath: string;
  readonly id: Uint8Array;
  readonly disk: JournalDisk;
  /** Bytes that a file has from the start, and where one stops growing. */
  readonly bytesMin?: number | undefined;
  readonly bytesMax?: number | undefined;
}

/**
 * Makes both files, which are not there. Their blocks are written before the first commit, so that a commit changes no
 * more than what is in them.
 * @throws CommitAbortedError `full` when there is no room; otherwise what the system says.
 */
export async function createJournal(options: JournalOptions): Promise<Journal> {
  const { dataPath, id, disk, bytesMin = STORAGE_LIMITS.journalBytesMin } = options;
  const files: JournalFile[] = [];
  try {
    for (const path of journalPaths(dataPath)) {
      const handle = disk.open(path);
      files.push({ path, handle });
      await writeWhole(handle, [encodeFileHead(id), Buffer.alloc(bytesMin - BLOCK_BYTES)]);
    }
    disk.syncNames(dataPath);
    return new Journal(options, files);
  } catch (error) {
    for (const { handle } of files) handle.close();
    if (!isFull(error)) throw error;
    const { message } = error as Error;
    throw new CommitAbortedError('full', `no space for the journal: ${message}`, { cause: error });
  }
}

async function writeWhole(handle: JournalHandle, parts: readonly Uint8Array[]): Promise<void> {
  const bytes = parts.reduce((sum, part) => sum + part.length, 0);
  const written = await handle.write(parts, 0);
  if (written === bytes) return;
  throw new CommitAbortedError('full', 'no space for the journal: a write was cut short');
}

export class Journal {
  readonly #id: Uint8Array;
  readonly #disk: JournalDisk;
  readonly #dataPath: string;
  readonly #bytesMax: number;
  readonly #files: readonly JournalFile[];
  readonly #writer = new FrameWriter();
  #active = 0;
  #position = BLOCK_BYTES;

  /** Use `createJournal`. */
  constructor(options: JournalOptions, files: readonly JournalFile[]) {
    this.#id = options.id;
    this.#disk = options.disk;
    this.#dataPath = options.dataPath;
    this.#bytesMax = options.bytesMax ?? STORAGE_LIMITS.journalBytesMax;
    this.#files = files;
  }

  /** Of both files. */
  get fileBytes(): number {
    return this.#files.reduce((sum, { handle }) => sum + handle.bytes, 0);
  }

  /** Good until the next one is made. */
  frameOf(writes: readonly EncodedWrite[]): Frame {
    return this.#writer.encode(writes);
  }

  /** There is room for it in the file in use. A file takes one frame of any size. */
  fits({ bytes }: Frame): boolean {
    return this.#position === BLOCK_BYTES || this.#position + bytes <= this.#bytesMax;
  }

  /** Bytes that the file in use grows by when it takes the frame. */
  growsBy({ bytes }: Frame): number {
    return Math.max(0, this.#position + bytes - this.#file().handle.bytes);
  }

  /** To the other file, from its start: what lies in it is lost bit by bit. */
  turn(): void {
    this.#active = 1 - this.#active;
    this.#position = BLOCK_BYTES;
  }

  /**
   * Resolves when the frame is on the disk.
   * @throws CommitAbortedError `full`: there was no room, and no trace of it will ever be found.
   * @throws FlushUnknownError when nobody knows what is on the disk.
   */
  async append(frame: Frame, sequence: number): Promise<void> {
    assert(this.fits(frame), 'there is room for the frame');
    const { path, handle } = this.#file();
    const position = this.#position;
    const bytesBefore = handle.bytes;
    this.#writer.seal(this.#id, sequence, position);
    let written = 0;
    let cause: unknown;
    try {
      written = await handle.write(frame.parts, position);
    } catch (error) {
      cause = error;
      if (!isFull(error)) throw unknown(path, error);
    }
    if (written === frame.bytes) {
      this.#position = position + frame.bytes;
      return;
    }
    await this.#retract(position, bytesBefore);
    const what = cause instanceof Error ? cause.message : 'the write was cut short';
    throw new CommitAbortedError('full', `no space for a commit: ${what}`, { cause });
  }

  /** Leaves the files to the next start. */
  close(): void {
    for (const { handle } of this.#files) handle.close();
  }

  /** Nothing in them counts any more. */
  remove(): void {
    this.close();
    for (const { path } of this.#files) this.#disk.remove(path);
    this.#disk.syncNames(this.#dataPath);
  }

  /**
   * Takes back what a failed write may have left. Where the head of the frame would lie in a block that the file had
   * before, that block is written anew, which needs no room; what the file has grown by is cut off.
   */
  async #retract(position: number, bytesBefore: number): Promise<void> {
    const { path, handle } = this.#file();
    try {
      if (position < bytesBefore) {
        const written = await handle.write([Buffer.alloc(BLOCK_BYTES)], position);
        if (written !== BLOCK_BYTES) throw new Error('the write was cut short');
      }
      await handle.truncate(bytesBefore);
    } catch (error) {
      throw unknown(path, error);
    }
  }

  #file(): JournalFile {
    return this.#files[this.#active] as JournalFile;
  }
}

/** Linux gives numbers below zero. */
function isFull(error: unknown): boolean {
  const { errno } = error as { errno?: number };
  return FULL.has(Math.abs(errno ?? 0));
}

function unknown(path: string, cause: unknown): FlushUnknownError {
  const message = cause instanceof Error ? cause.message : String(cause);
  return new FlushUnknownError(`a write to ${path} failed: ${message}`, { cause });
}
