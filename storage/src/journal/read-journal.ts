// Reads the commits that a data file does not hold yet from its journal, after a crash or beside a running broker. It
// changes nothing, and tells a commit that was never acknowledged from one that is lost.

import { readFileSync } from 'node:fs';
import type { EncodedWrite } from '../encoded-writes.ts';
import { StorageFormatError } from '../errors.ts';
import {
  BLOCK_BYTES,
  frameBytes,
  JOURNAL_VERSION,
  readFileHead,
  readFrameHead,
  readFrameWrites,
} from './frame.ts';
import { journalPaths } from './journal.ts';
import type { JournalRow } from './journal-row.ts';

export interface JournaledCommit {
  readonly sequence: number;
  readonly writes: readonly EncodedWrite[];
}

interface Found extends JournaledCommit {
  readonly path: string;
  readonly at: number;
}

/**
 * The commits behind what is absorbed, in order and without a gap. Of a commit that was never acknowledged nothing or a
 * part may be there, and then nothing follows it: the next one is written only when it is on the disk.
 * @throws StorageFormatError when a file is missing or not of this journal, or a commit is missing before another one.
 */
export function readJournal(dataPath: string, row: JournalRow): JournaledCommit[] {
  return commitsBehind(row, readJournalFiles(dataPath));
}

export interface FileRead {
  readonly path: string;
  readonly bytes: Buffer;
}

/** @throws StorageFormatError when a file is missing. */
export function readJournalFiles(dataPath: string): FileRead[] {
  return journalPaths(dataPath).map((path) => ({ path, bytes: readWhole(path) }));
}

/** The same of files that were read before. */
export function commitsBehind(
  { id, absorbed }: JournalRow,
  files: readonly FileRead[],
): JournaledCommit[] {
  const found = new Map<number, Found>();
  for (const file of files) {
    for (const commit of commitsIn(file, id, absorbed)) found.set(commit.sequence, commit);
  }
  const commits: JournaledCommit[] = [];
  for (let next = absorbed + 1; ; next += 1) {
    const commit = found.get(next);
    if (!commit) break;
    found.delete(next);
    commits.push(commit);
  }
  const [later] = [...found.values()].toSorted((one, other) => one.sequence - other.sequence);
  if (later === undefined) return commits;
  const missing = absorbed + commits.length + 1;
  const where = `commit ${later.sequence} stands in ${later.path} at byte ${later.at}`;
  throw damaged(`the journal lacks commit ${missing}, or it is damaged, although ${where}`);
}

function* commitsIn(read: FileRead, id: Buffer, absorbed: number): Generator<Found> {
  const { path, bytes: file } = read;
  checkFileHead(path, file, id);
  for (let at = BLOCK_BYTES; at < file.length; ) {
    const head = readFrameHead(file, at, id);
    // What is absorbed may be overwritten in part already.
    const isWanted = head !== undefined && head.sequence > absorbed;
    const writes = isWanted ? readFrameWrites(file, at, head) : undefined;
    if (writes === undefined || head === undefined) {
      at += BLOCK_BYTES;
      continue;
    }
    yield { sequence: head.sequence, writes, path, at };
    at += frameBytes(head.bytes);
  }
}

function readWhole(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    throw damaged(`${path} is missing: it holds commits that are not in the data file`);
  }
}

function checkFileHead(path: string, file: Buffer, id: Buffer): void {
  const head = readFileHead(file);
  if (head !== undefined && head.version > JOURNAL_VERSION) {
    const text = `${path} has format ${head.version}, this broker reads up to ${JOURNAL_VERSION}`;
    throw new StorageFormatError('FORMAT_TOO_NEW', `${text}: use a newer broker`);
  }
  if (head?.id.equals(id) === true) return;
  throw damaged(`${path} is not the journal of this data file, or its start is damaged`);
}

function damaged(message: string): StorageFormatError {
  return new StorageFormatError('JOURNAL_DAMAGED', message);
}
