// One process a directory, by sockets: the kernel stops answering for a process that died, however it died. Each
// starter binds a socket of its own name, then asks all others in the place; names are never used twice, so a socket
// that does not answer is dead for good and can be removed by anybody. See docs/adr/0012-lock-by-socket.md.

import { rmSync, statSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { EARLY, type LetIn, openDoor } from './directory-door.ts';
import { askDoor, DOOR_NAME, doorName, doorsIn, pidOf } from './directory-doors.ts';
import type { LockPlace } from './lock-place.ts';

const ASK_AGAIN_MS = 10;
/** A socket that was not renamed by now belongs to a process that died between two calls. */
const EARLY_MS_MAX = 60_000;

export interface DirectoryLock {
  /** Lets in who wants to look; until then they wait. */
  letLook(letIn: LetIn): void;
  release(): Promise<void>;
}

export interface LockHolder {
  readonly pid: number;
}

/** The lock, or who has it. Throws what the system says when no socket can be made in the place. */
export async function takeLock(place: LockPlace): Promise<DirectoryLock | LockHolder> {
  const name = doorName();
  const door = await openDoor(place, name, 'starting');
  const release = async (): Promise<void> => {
    await door.close();
    await place.close();
  };
  try {
    const holder = await rivalOf(place, name);
    if (holder) {
      await release();
      return holder;
    }
  } catch (error) {
    await door.close();
    throw error;
  }
  door.say('held');
  await sweepEarly(place);
  return { release, letLook: (letIn) => door.open(letIn) };
}

/**
 * Who else lives here. Of several starters the one with the smallest random part stays and waits for the others to
 * leave, and for those that look. Each made itself seen before it looked, so of two at least one sees the other.
 */
async function rivalOf(place: LockPlace, mine: string): Promise<LockHolder | undefined> {
  for (;;) {
    let waits = false;
    for (const name of await doorsIn(place, mine)) {
      const answer = await askDoor(place.socketPath(name));
      const isFirst = answer === 'starting' && orderOf(name) < orderOf(mine);
      if (answer === 'held' || isFirst) return { pid: pidOf(name) };
      if (answer === 'dead') rmSync(join(place.path, name), { force: true });
      else waits = true;
    }
    if (!waits) return undefined;
    await sleep(ASK_AGAIN_MS);
  }
}

async function sweepEarly(place: LockPlace): Promise<void> {
  for (const name of await readdir(place.path)) {
    if (!name.startsWith(EARLY) || !DOOR_NAME.test(name.slice(EARLY.length))) continue;
    const path = join(place.path, name);
    const { mtimeMs } = statSync(path, { throwIfNoEntry: false }) ?? { mtimeMs: Date.now() };
    if (Date.now() - mtimeMs > EARLY_MS_MAX) rmSync(path, { force: true });
  }
}

const orderOf = (name: string): string => DOOR_NAME.exec(name)?.[2] ?? '';
