// Who opens a data file beside a broker is let in between two commits, and a broker starts when nobody is opening it.
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it, onTestFinished } from 'vitest';
import { CommitGate } from '../src/commit-gate.ts';
import { openDataDirectory } from '../src/data-directory.ts';
import { openDoor } from '../src/directory-door.ts';
import { doorName } from '../src/directory-doors.ts';
import { openStore } from '../src/journal/open-store.ts';
import { lockPlaceIn } from '../src/lock-place.ts';
import { lookBeside } from '../src/look-beside.ts';
import { openSnapshot } from '../src/snapshot.ts';
import { compileStorage, startChild } from './child.ts';
import { scratchDirectory } from './scratch-directory.ts';

/** Resolves with what has been settled after a few turns. */
async function settled(...work: readonly Promise<unknown>[]): Promise<boolean[]> {
  const done = work.map(() => false);
  for (const [at, each] of work.entries()) {
    const set = (): void => {
      done[at] = true;
    };
    each.then(set, set);
  }
  await sleep(30);
  return done;
}

it('a look waits for the commit that runs, and the next commit for all looks', async () => {
  const gate = new CommitGate();
  let end = (): void => undefined;
  const running = gate.commit(
    () =>
      new Promise((resolve) => {
        end = resolve;
      }),
  );
  const looks = [gate.look(), gate.look()] as const;
  expect(await settled(running, ...looks)).toEqual([false, false, false]);
  end();
  const [one, other] = await Promise.all(looks);
  let committed = 0;
  const next = gate.commit(async () => {
    committed += 1;
  });
  one();
  one();
  expect(await settled(next)).toEqual([false]);
  expect(committed).toBe(0);
  other();
  await next;
  expect(committed).toBe(1);
});

it('a commit that fails lets looks in, and a look that comes while a commit waits is waited for', async () => {
  const gate = new CommitGate();
  const failing = gate.commit(() => Promise.reject(new Error('full')));
  const first = await gate.look();
  await expect(failing).rejects.toThrow('full');
  const next = gate.commit(async () => undefined);
  const second = await gate.look();
  first();
  expect(await settled(next)).toEqual([false]);
  second();
  await next;
});

async function openedDirectory() {
  const path = scratchDirectory();
  const directory = await openDataDirectory(path);
  const file = join(directory.path, 'shard-0.mdb');
  const open = () => openStore({ path: file, directory, absorbBytes: 1, absorbAfterMs: 1 });
  onTestFinished(() => directory.close());
  return { path, file, directory, open };
}

it('who looks waits for a broker that starts, and is let in when its store is open', async () => {
  const { file, open } = await openedDirectory();
  const look = lookBeside(file, () => 'seen');
  expect(await settled(look)).toEqual([false]);
  const store = await open();
  expect(await look).toBe('seen');
  await store.commit([{ table: 'groups', key: [1], value: 'one' }]);
  const snapshot = await openSnapshot(file);
  expect(snapshot.get('groups', [1])).toBe('one');
  await snapshot.close();
  await store.close();
});

it('nobody holds the directory: a look waits for nobody, and leaves nothing', async () => {
  const { path, file, directory, open } = await openedDirectory();
  const store = await open();
  await store.close();
  await directory.close();
  writeFileSync(join(path, `lock-99-${'0'.repeat(16)}`), '');
  expect(
    await lookBeside(
      file,
      () => readdirSync(path).filter((name) => name.startsWith('lock')).length,
    ),
  ).toBe(2);
  expect(readdirSync(path).filter((name) => name.startsWith('lock-'))).toEqual([
    `lock-99-${'0'.repeat(16)}`,
  ]);
});

it('a starter waits for who looks', async () => {
  const path = scratchDirectory();
  const place = await lockPlaceIn(path);
  const looker = await openDoor(place, doorName(), 'looking');
  const starting = openDataDirectory(path);
  expect(await settled(starting)).toEqual([false]);
  await looker.close();
  await (await starting).close();
});

it('a look whose process is killed ends: commits go on', async () => {
  const storage = compileStorage('look-beside');
  const { file, open } = await openedDirectory();
  const store = await open();
  const child = startChild('look-for-ever', [storage, file]);
  await child.said(1);
  // The journal takes it; what is absorbed waits.
  await store.commit([{ table: 'groups', key: [1], value: 'one' }]);
  const closing = store.close();
  expect(await settled(closing)).toEqual([false]);
  child.process.kill('SIGKILL');
  await closing;
});
