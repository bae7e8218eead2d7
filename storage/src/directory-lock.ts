// One process a directory, by sockets: the kernel stops answering for a process that died, however it died. Each
// starter binds a socket of its own name, then asks all others in the place; names are never used twice, so a socket
// that does not answer is dead for good and can be removed by anybody. See docs/adr/0012-lock-by-socket.md.

import { randomBytes } from 'node:crypto';
import { renameSync, rmSync, statSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { connect, createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { assert } from './assert.ts';
import type { LockPlace } from './lock-place.ts';

/** `lock-<pid>-<random>`; a name that starts otherwise is not asked: it is not listening yet. */
const NAME = /^lock-(\d+)-([0-9a-f]{16})$/;
const EARLY = 'new-';
const ANSWER_MS_MAX = 1_000;
const ASK_AGAIN_MS = 10;
/** A socket that was not renamed by now belongs to a process that died between two calls. */
const EARLY_MS_MAX = 60_000;

type Answer = 'dead' | 'leaving' | 'starting' | 'held';

/** What a failed connection says; anything else, for instance that it is not ours to ask, is taken for held. */
const REFUSALS: Readonly<Record<string, Answer>> = {
  ECONNREFUSED: 'dead',
  ENOENT: 'dead',
  ECONNRESET: 'leaving',
  EPIPE: 'leaving',
};

export interface DirectoryLock {
  release(): Promise<void>;
}

export interface LockHolder {
  readonly pid: number;
}

/** The lock, or who has it. Throws what the system says when no socket can be made in the place. */
export async function takeLock(place: LockPlace): Promise<DirectoryLock | LockHolder> {
  const name = `lock-${process.pid}-${randomBytes(8).toString('hex')}`;
  assert(NAME.test(name), 'the name of a lock is found again');
  let answer: Answer = 'starting';
  const server = await listen(place, name, () => answer);
  const release = async (): Promise<void> => {
    rmSync(join(place.path, name), { force: true });
    await new Promise((resolve) => server.close(resolve));
    await place.close();
  };
  try {
    const holder = await rivalOf(place, name);
    if (holder) {
      await release();
      return holder;
    }
  } catch (error) {
    await release();
    throw error;
  }
  answer = 'held';
  await sweepEarly(place);
  return { release };
}

/** Bound under another name and renamed when it listens, so that nobody takes it for dead in between. */
async function listen(place: LockPlace, name: string, answer: () => Answer): Promise<Server> {
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.end(answer());
  });
  // The lock alone does not keep a process alive.
  server.unref();
  const early = `${EARLY}${name}`;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(place.socketPath(early), resolve);
  });
  renameSync(join(place.path, early), join(place.path, name));
  return server;
}

/**
 * Who else lives here. Of several starters the one with the smallest random part stays and waits for the others to
 * leave. Each made itself seen before it looked, so of two at least one sees the other.
 */
async function rivalOf(place: LockPlace, mine: string): Promise<LockHolder | undefined> {
  for (;;) {
    let waits = false;
    for (const name of await readdir(place.path)) {
      const match = NAME.exec(name);
      if (!match || name === mine) continue;
      const answer = await ask(place.socketPath(name));
      const isFirst = answer === 'starting' && orderOf(name) < orderOf(mine);
      if (answer === 'held' || isFirst) return { pid: Number(match[1]) };
      if (answer === 'dead') rmSync(join(place.path, name), { force: true });
      else waits = true;
    }
    if (!waits) return undefined;
    await sleep(ASK_AGAIN_MS);
  }
}

async function sweepEarly(place: LockPlace): Promise<void> {
  for (const name of await readdir(place.path)) {
    if (!name.startsWith(EARLY) || !NAME.test(name.slice(EARLY.length))) continue;
    const path = join(place.path, name);
    const { mtimeMs } = statSync(path, { throwIfNoEntry: false }) ?? { mtimeMs: Date.now() };
    if (Date.now() - mtimeMs > EARLY_MS_MAX) rmSync(path, { force: true });
  }
}

const orderOf = (name: string): string => NAME.exec(name)?.[2] ?? '';

/** Whoever takes the connection lives; one that does not answer in time is taken to hold the lock. */
async function ask(socketPath: string): Promise<Answer> {
  return new Promise((resolve) => {
    const socket = connect(socketPath);
    let said = '';
    socket.setTimeout(ANSWER_MS_MAX, () => {
      resolve('held');
      socket.destroy();
    });
    socket.on('data', (bytes) => {
      said += bytes.toString('latin1');
    });
    socket.on('error', (error: NodeJS.ErrnoException) =>
      resolve(REFUSALS[error.code ?? ''] ?? 'held'),
    );
    // Cut off without a word: it is leaving, and the next look finds it gone.
    socket.on('close', () => resolve(said === 'held' || said === 'starting' ? said : 'leaving'));
  });
}
