import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { compileStorage, startChild } from './child.ts';
import { scratchDirectory } from './scratch-directory.ts';
import { HAS_STRACE, readCalls, type SystemCall } from './system-calls.ts';

const STORAGE = compileStorage('trace');
const COMMITS = 5;
const TRACED = 'openat,pwrite64,pwritev,writev,write,fdatasync,fsync,msync';

/** The calls of a child that commits one by one, and the descriptor whose writes are flushed as they are made. */
async function trace(sync: 'always' | 'os', bytes: number, kind = 'plain') {
  const directory = scratchDirectory();
  const path = join(directory, 'shard-0.mdb');
  const file = join(directory, 'trace');
  const strace = ['strace', '-f', '-s', '40', '-e', `trace=${TRACED}`, '-o', file];
  const args = [STORAGE, path, sync, String(COMMITS), String(bytes), kind];
  const lines = await startChild('commit-one-by-one', args, strace).ended();
  expect(lines).toEqual(['open', ...range(COMMITS).map((i) => `done ${i}`), 'closed']);
  const calls = readCalls(file);
  const opened = calls.filter(({ name, args: what }) => name === 'openat' && what.includes(path));
  const head = opened.find(({ args: what }) => what.includes('O_DSYNC'))?.result ?? -1;
  const data = opened.find(({ args: what }) => /mdb", O_RDWR/.test(what))?.result ?? -1;
  const journal = opened.find(({ args: what }) => what.includes(`"${path}-journal-a"`));
  return { calls, head, data: opened.findLast(isData(path))?.result ?? data, journal };
}

const isData =
  (path: string) =>
  ({ args }: SystemCall): boolean =>
    args.includes(`"${path}", O_RDWR`);

const range = (count: number): number[] => Array.from({ length: count }, (_, i) => i);
const isReply = (i: number) => (call: SystemCall) =>
  call.name === 'write' && call.fd === 1 && call.args.includes(`done ${i}\\n`);
const isWrite = ({ name }: SystemCall): boolean => /^p?writev?(?:64)?$/.test(name);
const isFlush = ({ name }: SystemCall): boolean => /^(?:fdatasync|fsync|msync)$/.test(name);

describe.skipIf(!HAS_STRACE)('system calls of a commit with a journal (needs strace)', () => {
  it.each([100, 64 * 1024])(
    'are: one write to a descriptor that flushes what it writes, and only then reply; %d bytes',
    async (bytes) => {
      const { calls, journal } = await trace('always', bytes, 'journal');
      expect(journal?.args).toContain('O_DSYNC');
      let from = calls.findIndex(({ name, args }) => name === 'write' && args.includes('open\\n'));
      expect(from).toBeGreaterThan(0);
      for (const i of range(COMMITS)) {
        const reply = calls.findIndex(isReply(i));
        const commit = calls.slice(from + 1, reply).filter(({ fd }) => fd > 2);
        const writes = commit.filter((call) => isWrite(call) && call.fd === journal?.result);
        expect(writes).toHaveLength(1);
        // Whole blocks, so that no block of it is ever written by another one.
        expect(writes[0]?.result).toBeGreaterThan(bytes);
        expect((writes[0]?.result ?? 0) % 4_096).toBe(0);
        expect(commit.filter(isFlush)).toEqual([]);
        from = reply;
      }
    },
    60_000,
  );
});

describe.skipIf(!HAS_STRACE)('system calls of a commit to the data file (needs strace)', () => {
  it.each([100, 64 * 1024])(
    'are: write the pages, flush them, write the head flushed, and only then reply; %d bytes',
    async (bytes) => {
      const { calls, head, data } = await trace('always', bytes);
      let from = calls.findIndex(({ name, args }) => name === 'write' && args.includes('open\\n'));
      expect(from).toBeGreaterThan(0);
      for (const i of range(COMMITS)) {
        const reply = calls.findIndex(isReply(i));
        const commit = calls.slice(from + 1, reply);
        const pages = commit.findLastIndex((call) => isWrite(call) && call.fd === data);
        const flush = commit.findLastIndex((call) => isFlush(call) && call.fd === data);
        const heads = commit.findLastIndex((call) => isWrite(call) && call.fd === head);
        expect(pages).toBeGreaterThanOrEqual(0);
        expect(flush).toBeGreaterThan(pages);
        expect(heads).toBeGreaterThan(flush);
        expect(commit[flush]?.result).toBe(0);
        from = reply;
      }
    },
    60_000,
  );

  it('are no flushes with sync os, until it closes', async () => {
    const { calls, data } = await trace('os', 100);
    const last = calls.findIndex(isReply(COMMITS - 1));
    // What makes the file flushes it.
    const from = calls.findIndex(({ name, args }) => name === 'write' && args.includes('open\\n'));
    const flushes = calls.flatMap((call, i) =>
      i > from && isFlush(call) && call.fd === data ? [i] : [],
    );
    expect(flushes).toHaveLength(1);
    expect(flushes[0]).toBeGreaterThan(last);
  }, 60_000);
});

/** Lets calls of a child's commits fail, each thread's calls counted from its start. */
async function inject(what: string, kind = 'plain'): Promise<readonly string[]> {
  const path = join(scratchDirectory(), 'shard-0.mdb');
  const file = kind === 'plain' ? path : `${path}-journal-a`;
  const strace = ['strace', '-f', '-o', '/dev/null', '-P', file, '-e', `inject=${what}`];
  const args = [STORAGE, path, 'always', '3', '60000', kind];
  return startChild('commit-one-by-one', args, strace).ended();
}

// The file is made under another name: the first calls here are those of the first commit.
describe.skipIf(!HAS_STRACE)('a system call that fails (needs strace)', () => {
  // That there is room is asked before (room.test.ts); who is refused all the same must not go on (docs/adr/0244-*.md).
  it.each(['EIO', 'ENOSPC', 'EDQUOT'])(
    'when it writes pages: leaves the outcome unknown, %s',
    async (error) => {
      const lines = await inject(`writev:error=${error}:when=2`);
      expect(lines).toEqual(['open', 'done 0', 'FLUSH_UNKNOWN 1 ']);
    },
    60_000,
  );

  it('when it flushes: leaves the outcome unknown', async () => {
    expect(await inject('fdatasync:error=EIO:when=2')).toEqual([
      'open',
      'done 0',
      'FLUSH_UNKNOWN 1 ',
    ]);
  }, 60_000);

  it('when it writes to a journal on a full disk: aborts the commit, and the next one passes', async () => {
    // The first such call makes the file.
    expect(await inject('pwritev:error=ENOSPC:when=3', 'journal')).toEqual([
      'open',
      'done 0',
      'COMMIT_ABORTED 1 full',
      'done 2',
      'closed',
    ]);
  }, 60_000);

  it('when it writes to a journal: leaves the outcome unknown', async () => {
    expect(await inject('pwritev:error=EIO:when=3', 'journal')).toEqual([
      'open',
      'done 0',
      'FLUSH_UNKNOWN 1 ',
    ]);
  }, 60_000);

  // Where the file system copies on write, even the head may find the disk full. It is the second such call.
  it.each(['EIO', 'ENOSPC'])(
    'when it writes the head: leaves the outcome unknown, %s',
    async (error) => {
      const lines = await inject(`pwrite64:error=${error}:when=2+`);
      expect(lines).toEqual(['open', 'done 0', 'FLUSH_UNKNOWN 1 ']);
    },
    60_000,
  );
});
