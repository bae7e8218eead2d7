// The sockets of processes in a data directory, as another process finds and asks them.

import { randomBytes } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { assert } from './assert.ts';
import { type DoorAnswer, MAY_LOOK, WISH_TO_LOOK } from './directory-door.ts';
import type { LockPlace } from './lock-place.ts';

/** `lock-<pid>-<random>`; a name that starts otherwise is not asked: it is not listening yet. */
export const DOOR_NAME = /^lock-(\d+)-([0-9a-f]{16})$/;

const ANSWER_MS_MAX = 1_000;

export type Answer = DoorAnswer | 'dead' | 'leaving';

/** What a failed connection says; anything else, for instance that it is not ours to ask, is taken for held. */
const REFUSALS: Readonly<Record<string, Answer>> = {
  ECONNREFUSED: 'dead',
  ENOENT: 'dead',
  ECONNRESET: 'leaving',
  EPIPE: 'leaving',
};

const ANSWERS: ReadonlySet<string> = new Set<DoorAnswer>(['starting', 'held', 'looking']);

export function doorName(): string {
  const name = `lock-${process.pid}-${randomBytes(8).toString('hex')}`;
  assert(DOOR_NAME.test(name), 'the name of a door is found again');
  return name;
}

/** All but one's own. */
export async function doorsIn(place: LockPlace, mine: string | undefined): Promise<string[]> {
  const names = await readdir(place.path);
  return names.filter((name) => name !== mine && DOOR_NAME.test(name));
}

export const pidOf = (name: string): number => Number(DOOR_NAME.exec(name)?.[1]);

/** Whoever takes the connection lives; one that does not answer in time is taken to hold the directory. */
export function askDoor(socketPath: string): Promise<Answer> {
  return new Promise((resolve) => {
    const socket = connect(socketPath);
    const settle = (answer: Answer): void => {
      resolve(answer);
      socket.destroy();
    };
    socket.setTimeout(ANSWER_MS_MAX, () => settle('held'));
    socket.once('data', (bytes) => {
      const said = bytes.toString('latin1');
      settle(ANSWERS.has(said) ? (said as DoorAnswer) : 'leaving');
    });
    socket.on('error', ({ code = '' }: NodeJS.ErrnoException) => settle(REFUSALS[code] ?? 'held'));
    // Cut off without a word: it is leaving, and the next look finds it gone.
    socket.on('close', () => settle('leaving'));
  });
}

/** Who holds the directory commits nothing until the socket is destroyed. Undefined: it went; `late`: it did not let us in. */
export function waitAtDoor(
  socketPath: string,
  timeoutMs: number,
): Promise<Socket | 'late' | undefined> {
  return new Promise((resolve) => {
    const socket = connect(socketPath);
    let said = '';
    const settle = (outcome: 'late' | undefined): void => {
      clearTimeout(timer);
      resolve(outcome);
      socket.destroy();
    };
    const timer = setTimeout(() => settle('late'), timeoutMs);
    socket.on('data', (bytes) => {
      said += bytes.toString('latin1');
      if (!said.endsWith(MAY_LOOK)) return;
      clearTimeout(timer);
      resolve(socket);
    });
    socket.on('error', ({ code = '' }: NodeJS.ErrnoException) =>
      settle(REFUSALS[code] === undefined ? 'late' : undefined),
    );
    socket.on('close', () => settle(undefined));
    socket.write(WISH_TO_LOOK);
  });
}
