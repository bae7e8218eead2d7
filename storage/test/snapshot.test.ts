// A view of a data file beside its writer: it stands still, changes nothing, and shows what is broken.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { open } from 'lmdb';
import { describe, expect, it } from 'vitest';
import { openLmdbStore } from '../src/lmdb-store.ts';
import { openSnapshot } from '../src/snapshot.ts';
import { scratchDirectory } from './scratch-directory.ts';

const file = (): string => join(scratchDirectory(), 'shard-0.mdb');
const batch = (offset: number, value: Uint8Array | undefined) =>
  ({ table: 'batches', key: [1, 0, offset], value }) as const;
const group = (id: number) => ({ table: 'groups', key: [id], value: { name: `g${id}` } }) as const;

describe('a snapshot', () => {
  it('stands still while the store is written to', async () => {
    const path = file();
    const store = await openLmdbStore({ path });
    await store.commit([batch(0, new Uint8Array([1, 2])), ...[1, 2, 3].map(group)]);
    const snapshot = await openSnapshot(path);
    await store.commit([batch(0, undefined), batch(2, new Uint8Array(9)), group(4)]);
    for (let turn = 0; turn < 3; turn += 1) {
      await new Promise((resolve) => setTimeout(resolve, 5));
      expect([...snapshot.range('batches', {})]).toEqual([[[1, 0, 0], new Uint8Array([1, 2])]]);
      expect([...snapshot.range('groups', { keysOnly: true })]).toHaveLength(3);
      expect(snapshot.get('groups', [4])).toBeUndefined();
    }
    expect([...store.range('groups', {})]).toHaveLength(4);
    await snapshot.close();
    await store.close();
  });

  it('changes no byte of the file', async () => {
    const path = file();
    const store = await openLmdbStore({ path });
    await store.commit([batch(0, new Uint8Array(10_000))]);
    await store.close();
    const before = readFileSync(path);
    const snapshot = await openSnapshot(path);
    expect([...snapshot.scan('batches')]).toMatchObject([{ key: [1, 0, 0], bytes: 10_015 }]);
    await snapshot.close();
    expect(readFileSync(path).equals(before)).toBe(true);
  });

  it('scans many rows, and tells their sizes', async () => {
    const path = file();
    const store = await openLmdbStore({ path });
    await store.commit(Array.from({ length: 1_000 }, (_, id) => group(id)));
    const snapshot = await openSnapshot(path);
    const rows = [...snapshot.scan('groups')];
    expect(rows).toHaveLength(1_000);
    expect(rows[7]).toMatchObject({ key: [7], value: { name: 'g7' }, fault: undefined });
    expect(rows[7]?.keyHex).toBe('0500000007');
    // Five bytes of key; a map of one, `name`, and a text of two.
    expect(rows[7]?.bytes).toBe(5 + 1 + 5 + 3);
    expect([...snapshot.strangers()]).toEqual([]);
    await snapshot.close();
    await store.close();
  });

  it('shows keys and values that no broker wrote, and goes on behind them', async () => {
    const path = file();
    const store = await openLmdbStore({ path });
    await store.commit([group(1), group(9)]);
    await store.close();
    const raw = open<Uint8Array, Uint8Array>({
      path,
      noSubdir: true,
      encoding: 'binary',
      keyEncoding: 'binary',
    });
    await raw.put(Buffer.from('0500000002', 'hex'), Buffer.from('93a161', 'hex'));
    await raw.put(Buffer.from('050000', 'hex'), Buffer.from('01', 'hex'));
    await raw.put(Buffer.from('f001', 'hex'), Buffer.from('01', 'hex'));
    await raw.close();
    const snapshot = await openSnapshot(path);
    const rows = [...snapshot.scan('groups')];
    expect(rows.map(({ keyHex, fault }) => [keyHex, fault?.split(':')[0]])).toEqual([
      ['050000', 'the key cannot be read'],
      ['0500000001', undefined],
      ['0500000002', 'the value cannot be read'],
      ['0500000009', undefined],
    ]);
    expect([...snapshot.strangers()]).toEqual(['f001']);
    await snapshot.close();
  });

  it('is refused where there is no data file', async () => {
    const path = file();
    await expect(openSnapshot(path)).rejects.toMatchObject({ code: 'FORMAT_UNKNOWN' });
  });
});
