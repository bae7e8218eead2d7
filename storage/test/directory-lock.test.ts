import { once } from 'node:events';
import { existsSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it, onTestFinished } from 'vitest';
import { takeLock } from '../src/directory-lock.ts';
import { lockPlaceIn } from '../src/lock-place.ts';
import { scratchDirectory } from './scratch-directory.ts';

/** Another starter, seen from outside: a socket that says what it is told to. */
async function rival(directory: string, name: string) {
  const path = join(directory, name);
  let says = 'starting';
  const server = createServer((socket) => socket.end(says));
  server.listen(path);
  await once(server, 'listening');
  const leave = async () => {
    if (!server.listening) return;
    server.close();
    await once(server, 'close');
  };
  onTestFinished(leave);
  return {
    path,
    leave,
    hold: () => {
      says = 'held';
    },
  };
}

const FIRST = 'lock-99-0000000000000000';
const LAST = 'lock-99-ffffffffffffffff';

it('a starter leaves to one that comes before it, and to one that holds', async () => {
  const directory = scratchDirectory();
  const first = await rival(directory, FIRST);
  expect(await takeLock(await lockPlaceIn(directory))).toEqual({ pid: 99 });
  await first.leave();
  const last = await rival(directory, LAST);
  last.hold();
  expect(await takeLock(await lockPlaceIn(directory))).toEqual({ pid: 99 });
});

it('a starter waits for one that comes after it: that may have looked before it could be seen', async () => {
  const directory = scratchDirectory();
  const last = await rival(directory, LAST);
  const outcomes: unknown[] = [];
  const taking = takeLock(await lockPlaceIn(directory)).then((outcome) => outcomes.push(outcome));
  await sleep(100);
  expect(outcomes).toEqual([]);
  last.hold();
  await taking;
  expect(outcomes).toEqual([{ pid: 99 }]);

  const late = await rival(scratchDirectory(), LAST);
  const lock = takeLock(await lockPlaceIn(join(late.path, '..')));
  await sleep(30);
  await late.leave();
  expect(await lock).toHaveProperty('release');
});

it('a starter takes what does not answer for dead, removes it, and leaves other files alone', async () => {
  const directory = scratchDirectory();
  const names = [FIRST, 'lock-notes.txt', 'shard-0.mdb'];
  for (const name of names) writeFileSync(join(directory, name), '');
  expect(await takeLock(await lockPlaceIn(directory))).toHaveProperty('release');
  expect(names.filter((name) => existsSync(join(directory, name)))).toEqual(names.slice(1));
});
