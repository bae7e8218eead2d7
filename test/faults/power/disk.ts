// What a disk may hold after a power cut, as strictly as the manuals allow: of what was not flushed, each sector is as it
// was after any of the writes to it, each file as long as it ever was since, and each name there or not. A flush that
// returned makes what had been written before it began durable; a name is durable when its directory was flushed.
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { Entry } from './recording.ts';

export const SECTOR_BYTES = 512;

/** What something is after each change of it that is not durable yet, in order. */
interface Version<T> {
  readonly operation: number;
  readonly value: T;
}

/** Picks one of `count` versions behind the durable one: 0 is the durable one, `count` the newest. */
export interface Choice {
  sector(place: {
    readonly path: string;
    readonly sector: number;
    readonly operations: readonly number[];
  }): number;
  size(count: number): number;
  name(count: number): number;
}

class File {
  durable: Buffer;
  durableBytes: number;
  bytes: number;
  readonly sectors = new Map<number, Version<Buffer>[]>();
  sizes: Version<number>[] = [];

  constructor(content: Buffer) {
    this.durable = content;
    this.durableBytes = content.length;
    this.bytes = content.length;
  }

  write(operation: number, at: number, bytes: Buffer): void {
    const last = at + bytes.length;
    for (let from = at; from < last; ) {
      const sector = Math.floor(from / SECTOR_BYTES);
      const start = sector * SECTOR_BYTES;
      const to = Math.min(start + SECTOR_BYTES, last);
      const part = bytes.subarray(from - at, to - at);
      const isWhole = part.length === SECTOR_BYTES;
      const value = isWhole ? part : Buffer.from(this.newest(sector));
      if (!isWhole) part.copy(value, from - start);
      const versions = this.sectors.get(sector);
      if (versions) versions.push({ operation, value });
      else this.sectors.set(sector, [{ operation, value }]);
      from = to;
    }
    if (last > this.bytes) this.resize(operation, last);
  }

  resize(operation: number, bytes: number): void {
    // What is cut off comes back as zeros when the file grows again.
    if (bytes < this.bytes) this.write(operation, bytes, Buffer.alloc(this.bytes - bytes));
    this.sizes.push({ operation, value: bytes });
    this.bytes = bytes;
  }

  newest(sector: number): Buffer {
    return this.sectors.get(sector)?.at(-1)?.value ?? this.durableSector(sector);
  }

  durableSector(sector: number): Buffer {
    const part = this.durable.subarray(sector * SECTOR_BYTES, (sector + 1) * SECTOR_BYTES);
    return part.length === SECTOR_BYTES ? part : Buffer.concat([part], SECTOR_BYTES);
  }

  /** Operations for which `isDone` holds are on the disk, and what they were laid over. */
  flush(isDone: (operation: number) => boolean, sectors: Iterable<number>): void {
    const sizes = this.sizes.findLastIndex(({ operation }) => isDone(operation));
    if (sizes >= 0) {
      this.durableBytes = this.sizes[sizes]?.value ?? 0;
      this.sizes = this.sizes.slice(sizes + 1);
    }
    for (const sector of sectors) {
      const versions = this.sectors.get(sector) ?? [];
      const at = versions.findLastIndex(({ operation }) => isDone(operation));
      if (at < 0) continue;
      this.#settle(sector, versions[at]?.value ?? Buffer.alloc(SECTOR_BYTES));
      if (at + 1 === versions.length) this.sectors.delete(sector);
      else this.sectors.set(sector, versions.slice(at + 1));
    }
  }

  after(path: string, choice: Choice): Buffer {
    const picked = choice.size(this.sizes.length);
    const bytes = picked === 0 ? this.durableBytes : (this.sizes[picked - 1]?.value ?? 0);
    const content = Buffer.alloc(bytes);
    this.durable.copy(content, 0, 0, Math.min(bytes, this.durable.length));
    for (const [sector, versions] of this.sectors) {
      const operations = versions.map(({ operation }) => operation);
      const version = versions[choice.sector({ path, sector, operations }) - 1];
      const start = sector * SECTOR_BYTES;
      if (version !== undefined && start < bytes) version.value.copy(content, start);
    }
    return content;
  }

  /** It is what was written, save that what is still under way may be there or not. */
  isContent(bytes: Buffer, isUnderWay: (operation: number) => boolean): boolean {
    const isSize = possible(this.sizes, this.durableBytes, isUnderWay).includes(bytes.length);
    const sectors = Math.ceil(bytes.length / SECTOR_BYTES);
    if (!isSize) return false;
    for (let sector = 0; sector < sectors; sector += 1) {
      const start = sector * SECTOR_BYTES;
      const there = bytes.subarray(start, start + SECTOR_BYTES);
      const versions = this.sectors.get(sector) ?? [];
      const isOne = possible(versions, this.durableSector(sector), isUnderWay).some((value) =>
        value.subarray(0, there.length).equals(there),
      );
      if (!isOne) return false;
    }
    return true;
  }

  #settle(sector: number, value: Buffer): void {
    const end = (sector + 1) * SECTOR_BYTES;
    if (end > this.durable.length) {
      this.durable = Buffer.concat([this.durable], Math.max(end, 2 * this.durable.length));
    }
    value.copy(this.durable, sector * SECTOR_BYTES);
  }
}

/** What is there now: the newest, or what was before that which is still under way. */
function possible<T>(
  versions: readonly Version<T>[],
  durable: T,
  isUnderWay: (operation: number) => boolean,
): T[] {
  const found: T[] = [];
  for (const { operation, value } of versions.toReversed()) {
    found.push(value);
    if (!isUnderWay(operation)) return found;
  }
  return [...found, durable];
}

interface Begun {
  readonly entry: Entry;
  /** Operations that had ended when it began. */
  readonly endedBefore: number;
}

export class Disk {
  readonly #directory: string;
  readonly #files = new Map<number, File>();
  /** Undefined: the name is gone. */
  readonly #names = new Map<
    string,
    { durable: number | undefined; versions: Version<number | undefined>[] }
  >();
  readonly #begun = new Map<number, Begun>();
  /** When each operation ended, counted in operations. */
  readonly #endedAt = new Map<number, number>();
  #ended = 0;

  /** Everything that is in the directory is on the disk. */
  constructor(directory: string) {
    this.#directory = directory;
    for (const name of filesIn(directory)) {
      const { ino } = statSync(join(directory, name));
      this.#files.set(ino, new File(readFileSync(join(directory, name))));
      this.#names.set(name, { durable: ino, versions: [] });
    }
  }

  /** Writes on their way, and what is written and not flushed. */
  get isAtRisk(): boolean {
    return [...this.#files.values()].some(({ sectors, sizes }) => sectors.size + sizes.length > 0);
  }

  apply(entry: Entry): void {
    if (entry.kind === 'foreign')
      throw new Error(`the layer does not know how to record ${entry.path}`);
    if (entry.kind === 'opened') this.#open(entry);
    else if (entry.kind === 'ended') this.#end(entry);
    else this.#begin(entry);
  }

  /** What a power cut now may leave: the content of each file by its name. */
  after(choice: Choice): Map<string, Buffer> {
    const left = new Map<string, Buffer>();
    for (const [name, { durable, versions }] of this.#names) {
      const picked = choice.name(versions.length);
      const inode = picked === 0 ? durable : versions[picked - 1]?.value;
      if (inode !== undefined) left.set(name, this.#file(inode).after(name, choice));
    }
    return left;
  }

  /** Names of files that are not what was recorded, where a process left them that was killed. */
  unexplained(there: ReadonlyMap<string, Buffer>): string[] {
    const isUnderWay = (operation: number) => this.#begun.has(operation);
    const names = new Set([...there.keys(), ...this.#names.keys()]);
    return [...names].filter((name) => {
      const { durable, versions } = this.#names.get(name) ?? { durable: undefined, versions: [] };
      const bytes = there.get(name);
      return !possible(versions, durable, isUnderWay).some((inode) => {
        if (inode === undefined || bytes === undefined) return inode === bytes;
        return this.#file(inode).isContent(bytes, isUnderWay);
      });
    });
  }

  /** The call has returned. */
  #open({ path, inode, isCreated, isEmptied, isDirectory }: Entry): void {
    if (isDirectory) return;
    this.#ended += 1;
    const operation = -this.#ended;
    this.#endedAt.set(operation, this.#ended);
    if (isCreated) {
      this.#files.set(inode, new File(Buffer.alloc(0)));
      this.#name(basename(path), operation, inode);
      return;
    }
    if (isEmptied) this.#file(inode).resize(operation, 0);
  }

  #begin(entry: Entry): void {
    const { kind, operation, inode, at, bytes, path } = entry;
    this.#begun.set(operation, { entry, endedBefore: this.#ended });
    if (kind === 'write') this.#file(inode).write(operation, at, bytes);
    else if (kind === 'truncate') this.#file(inode).resize(operation, at);
    else if (kind === 'unlink') this.#name(basename(path), operation, undefined);
    else if (kind === 'rename') {
      const moved = this.#inodeOf(basename(path));
      this.#name(basename(path), operation, undefined);
      this.#name(basename(bytes.toString()), operation, moved);
    }
  }

  #end({ operation, at: result }: Entry): void {
    const begun = this.#begun.get(operation);
    if (begun === undefined) throw new Error(`operation ${operation} ended and never began`);
    const { entry, endedBefore } = begun;
    this.#begun.delete(operation);
    this.#ended += 1;
    this.#endedAt.set(operation, this.#ended);
    const isFailed = entry.kind === 'write' ? result !== entry.bytes.length : result < 0;
    if (isFailed) throw new Error(`a ${entry.kind} of the recording failed: ${result}`);
    if (entry.kind === 'write' && entry.flushes) {
      const first = Math.floor(entry.at / SECTOR_BYTES);
      const count = Math.ceil((entry.at + entry.bytes.length) / SECTOR_BYTES) - first;
      const sectors = Array.from({ length: count }, (_, i) => first + i);
      this.#file(entry.inode).flush((one) => one === operation, sectors);
    }
    if (entry.kind !== 'sync') return;
    const isDone = (one: number) => (this.#endedAt.get(one) ?? Infinity) <= endedBefore;
    if (entry.isDirectory) this.#flushNames(isDone);
    else {
      const file = this.#file(entry.inode);
      file.flush(isDone, file.sectors.keys());
    }
  }

  #flushNames(isDone: (operation: number) => boolean): void {
    for (const name of this.#names.values()) {
      const at = name.versions.findLastIndex(({ operation }) => isDone(operation));
      if (at < 0) continue;
      name.durable = name.versions[at]?.value;
      name.versions = name.versions.slice(at + 1);
    }
  }

  #inodeOf(name: string): number | undefined {
    const found = this.#names.get(name);
    const last = found?.versions.at(-1);
    return last === undefined ? found?.durable : last.value;
  }

  #name(name: string, operation: number, value: number | undefined): void {
    const found = this.#names.get(name);
    if (found) found.versions.push({ operation, value });
    else this.#names.set(name, { durable: undefined, versions: [{ operation, value }] });
  }

  #file(inode: number): File {
    const file = this.#files.get(inode);
    if (file === undefined)
      throw new Error(`inode ${inode} of ${this.#directory} was never opened`);
    return file;
  }
}

/** Sockets and LMDB's lock are of the process, not of the disk. */
export function filesIn(directory: string): string[] {
  return readdirSync(directory, { withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.name.endsWith('-lock'))
    .map(({ name }) => name);
}
