// Opens a data file while nobody commits to it, whether or not a broker is at work: LMDB's opening of a file takes a
// commit back that another process makes at the same moment (docs/adr/0209-*.md).

import { realpathSync } from 'node:fs';
import type { Socket } from 'node:net';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { inLockPlace } from './data-directory.ts';
import { type DirectoryDoor, openDoor } from './directory-door.ts';
import { askDoor, doorName, doorsIn, pidOf, waitAtDoor } from './directory-doors.ts';
import { DataDirectoryError } from './errors.ts';
import type { LockPlace } from './lock-place.ts';

/** A broker that starts lets nobody in before it has absorbed what a crash left. */
const LET_IN_MS_MAX = 60_000;
const ASK_AGAIN_MS = 20;
/** Where we can make nothing, no broker starts under the same rights; one that runs is asked all the same. */
const NOT_OURS = new Set(['EACCES', 'EPERM', 'EROFS']);

/** @throws DataDirectoryError where a broker does not let us in. */
export async function lookBeside<T>(file: string, open: () => T): Promise<T> {
  const directory = realpathSync(dirname(file));
  return inLockPlace(directory, async (place) => {
    for (;;) {
      const look = await tryToLook(place, directory, open);
      if (look !== undefined) {
        await place.close();
        return look.opened;
      }
      await sleep(ASK_AGAIN_MS);
    }
  });
}

/** Undefined: somebody comes or goes, to be asked again. */
async function tryToLook<T>(
  place: LockPlace,
  directory: string,
  open: () => T,
): Promise<{ readonly opened: T } | undefined> {
  const name = doorName();
  const passes: Socket[] = [];
  const door = await openDoor(place, name, 'looking').catch(notOurs);
  try {
    for (const other of await doorsIn(place, name)) {
      const path = place.socketPath(other);
      const answer = await askDoor(path);
      // It waits for us, or saw nobody and is about to hold: in both cases it goes first.
      if (answer === 'starting' || answer === 'leaving') return undefined;
      if (answer !== 'held') continue;
      const pass = await waitAtDoor(path, LET_IN_MS_MAX);
      if (pass === undefined) return undefined;
      if (pass === 'late') throw notLetIn(directory, pidOf(other));
      passes.push(pass);
    }
    return { opened: open() };
  } finally {
    for (const pass of passes) pass.destroy();
    await door?.close();
  }
}

function notOurs(error: NodeJS.ErrnoException): DirectoryDoor | undefined {
  if (NOT_OURS.has(error.code ?? '')) return undefined;
  throw error;
}

function notLetIn(directory: string, pid: number): DataDirectoryError {
  const message = `process ${pid} has data directory ${directory} and lets nobody look: it is stopped, has not started yet, or is not yours`;
  return new DataDirectoryError('LOCKED', message, { pid });
}
