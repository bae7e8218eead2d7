// What the layer wrote down: every call that changed a file, its beginning and its end, in the order in which they were.
import { readFileSync } from 'node:fs';

const KINDS = [
  '',
  'opened',
  'write',
  'truncate',
  'sync',
  'unlink',
  'ended',
  'foreign',
  'rename',
] as const;
const HEAD_BYTES = 48;
const FLAGS = { flushes: 1, created: 2, emptied: 4, directory: 8 };

export interface Entry {
  readonly kind: (typeof KINDS)[number];
  /** By the monotonic clock of the machine, ms. */
  readonly atMs: number;
  /** Joins a beginning and its end. */
  readonly operation: number;
  readonly inode: number;
  /** Where it writes, how long the file is to be, what the call returned. */
  readonly at: number;
  readonly path: string;
  /** What is written; of `rename` the new path. */
  readonly bytes: Buffer;
  /** The write is on the disk when it returns. */
  readonly flushes: boolean;
  readonly isCreated: boolean;
  readonly isEmptied: boolean;
  readonly isDirectory: boolean;
}

export function readRecording(path: string): Entry[] {
  const log = readFileSync(path);
  const entries: Entry[] = [];
  // A process that was killed may have left the last one cut short: it had not begun.
  for (let from = 0; from + HEAD_BYTES <= log.length; ) {
    const pathBytes = log.readUInt32LE(from + 40);
    const end = from + HEAD_BYTES + pathBytes + log.readUInt32LE(from + 44);
    if (end > log.length) break;
    entries.push(entryAt(log, from, pathBytes, end));
    from = end;
  }
  return entries;
}

function entryAt(log: Buffer, from: number, pathBytes: number, end: number): Entry {
  const flags = log.readUInt32LE(from + 4);
  const payload = from + HEAD_BYTES + pathBytes;
  return {
    kind: KINDS[log.readUInt32LE(from)] ?? '',
    atMs: Number(log.readBigUInt64LE(from + 8)) / 1e6,
    operation: Number(log.readBigUInt64LE(from + 16)),
    inode: Number(log.readBigUInt64LE(from + 24)),
    at: Number(log.readBigInt64LE(from + 32)),
    path: log.toString('utf8', from + HEAD_BYTES, payload),
    bytes: log.subarray(payload, end),
    flushes: (flags & FLAGS.flushes) !== 0,
    isCreated: (flags & FLAGS.created) !== 0,
    isEmptied: (flags & FLAGS.emptied) !== 0,
    isDirectory: (flags & FLAGS.directory) !== 0,
  };
}

/** The same clock, ms. */
export const machineMs = (): number => Number(process.hrtime.bigint()) / 1e6;
