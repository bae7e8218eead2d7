import { describe, expect, it } from 'vitest';
import { checkFormat, type Migrations, readFormat, writeFormat } from '../src/format.ts';
import { MemoryStore } from '../src/memory-store.ts';
import { FaultyStore } from '../src/testing/faulty-store.ts';

async function storeOf(version: number): Promise<MemoryStore> {
  const store = new MemoryStore();
  await writeFormat(store, version);
  return store;
}

/** Each migration notes in a row of its own that it ran. */
const MIGRATIONS: Migrations = {
  1: (store) => store.commit([{ table: 'meta', key: ['first'], value: 1 }]),
  2: (store) => store.commit([{ table: 'meta', key: ['second'], value: 1 }]),
};

describe('the format version', () => {
  it('passes when it is the one of this version', async () => {
    const store = await storeOf(3);
    await checkFormat(store, 3, {});
    expect(readFormat(store, 3)).toBe(3);
  });

  it('is brought up step by step', async () => {
    const store = await storeOf(1);
    await checkFormat(store, 3, MIGRATIONS);
    expect([...store.range('meta', {})]).toEqual([
      [['first'], 1],
      [['formatVersion'], 3],
      [['second'], 1],
    ]);
  });

  it('stays where a migration failed, and goes on from there', async () => {
    const inner = await storeOf(1);
    const store = new FaultyStore(inner);
    store.script({ kind: 'pass' }, { kind: 'pass' }, { kind: 'abort' });
    await expect(checkFormat(store, 3, MIGRATIONS)).rejects.toMatchObject({
      code: 'COMMIT_ABORTED',
    });
    expect(readFormat(inner, 3)).toBe(2);
    await checkFormat(store, 3, MIGRATIONS);
    expect(readFormat(inner, 3)).toBe(3);
  });

  it.each([
    ['newer', 4, 'FORMAT_TOO_NEW'],
    ['without a way up', 2, 'FORMAT_TOO_OLD'],
  ])('is refused when it is %s', async (_, version, code) => {
    await expect(checkFormat(await storeOf(version), 3, {})).rejects.toMatchObject({ code });
  });

  it.each([undefined, 'one', 0, 1.5])('is refused when it is %s', async (value) => {
    const store = new MemoryStore();
    await store.commit([{ table: 'meta', key: ['formatVersion'], value }]);
    await expect(checkFormat(store)).rejects.toMatchObject({ code: 'FORMAT_UNKNOWN' });
  });
});
