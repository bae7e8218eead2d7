// What `inspect --verify` finds: each damage is named by topic, partition and offset, and a sound directory has none.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { PlainValue, Snapshot } from '@millrace/storage';
import { describe, expect, it } from 'vitest';
import { checkRows } from '../../src/offline/check-rows.ts';
import { inspect } from '../../src/offline/inspect.ts';
import { Problems } from '../../src/offline/problems.ts';
import { damage, dataDirectory, quietScreen, verified } from './data-setup.ts';

const batchKey = (offset: number) => [1, 0, offset] as const;
const bytesOf = (value: PlainValue | undefined): Uint8Array => (value as Uint8Array).slice();

describe('a verification', () => {
  it('finds nothing in what a broker wrote, and changes no byte', async () => {
    const directory = await dataDirectory();
    const file = join(directory, 'shard-0.mdb');
    const before = readFileSync(file);
    expect(await verified(directory)).toMatchObject({
      isSound: true,
      batches: 4,
      records: 8,
      problems: [],
    });
    expect(readFileSync(file).equals(before)).toBe(true);
  });

  it('names a batch whose bytes were changed', async () => {
    const directory = await dataDirectory();
    await damage(directory, (store) => {
      const value = bytesOf(store.get('batches', batchKey(4)));
      value[value.length - 1] = (value.at(-1) ?? 0) ^ 1;
      return [{ table: 'batches', key: batchKey(4), value }];
    });
    const place = { table: 'batches', topic: 't', partition: 0, offset: 4 };
    const { problems, problemCount } = await verified(directory);
    expect([problemCount, problems]).toMatchObject([
      1,
      [{ kind: 'corrupt', ...place, message: expect.stringContaining('checksum') }],
    ]);
    const screen = quietScreen();
    expect(await inspect(directory, { verify: true }, screen)).toBe('damaged');
    expect(screen.lines.join()).toContain('corrupt: batches, topic t, partition 0, offset 4');
    expect(await inspect(directory, { topic: 't', verify: true }, screen)).toBe('damaged');
    const record = inspect(directory, { topic: 't', partition: 0, offset: 5 }, screen);
    await expect(record).rejects.toMatchObject({ exit: 'damaged' });
  });

  it('names a batch that is gone, one under a wrong key, and one that no segment has', async () => {
    const gone = await dataDirectory();
    await damage(gone, () => [{ table: 'batches', key: batchKey(2), value: undefined }]);
    expect((await verified(gone)).problems).toMatchObject([
      { kind: 'contradiction', table: 'segments', topic: 't', partition: 0, offset: 0 },
    ]);
    const moved = await dataDirectory();
    await damage(moved, (store) => [
      { table: 'batches', key: batchKey(6), value: store.get('batches', batchKey(4)) },
    ]);
    expect((await verified(moved)).problems).toMatchObject([
      { kind: 'corrupt', table: 'batches', offset: 6, message: 'its header says offset 4' },
    ]);
    const beyond = await dataDirectory();
    await damage(beyond, (store) => {
      const value = bytesOf(store.get('batches', batchKey(6)));
      value[7] = 9;
      return [{ table: 'batches', key: batchKey(9), value }];
    });
    expect((await verified(beyond)).problems).toMatchObject([
      { kind: 'contradiction', table: 'batches', offset: 9, message: 'no segment has it' },
    ]);
  });

  it('names segments with a gap between them', async () => {
    const directory = await dataDirectory();
    const row = [12, 0, 1, 1, 0, 0];
    await damage(directory, () => [{ table: 'segments', key: [1, 0, 10], value: row }]);
    const { problems } = await verified(directory);
    expect(problems).toContainEqual(
      expect.objectContaining({
        table: 'segments',
        offset: 10,
        message: 'the segment before it ends at 8',
      }),
    );
  });

  it('names rows of groups, topics and partitions that are not there', async () => {
    const directory = await dataDirectory();
    await damage(directory, () => [
      { table: 'lastErrors', key: [77, 1, 0, 3], value: 'x' },
      { table: 'lastErrors', key: [1, 78, 0, 3], value: 'x' },
      { table: 'lastErrors', key: [1, 1, 5, 3], value: 'x' },
      { table: 'lastErrors', key: [99, 1, 0, 3], value: 'x' },
      { table: 'sweeps', key: ['group', 99], value: 0 },
    ]);
    const { problems } = await verified(directory);
    expect(problems.map(({ message, offset }) => [message, offset])).toEqual([
      ['there is no partition 5: the topic has 1', 3],
      ['there is no topic 78', 3],
      ['there is no group 77', 3],
    ]);
  });

  it('names a message that its time cannot find, and an offset beyond the log', async () => {
    const directory = await dataDirectory();
    await damage(directory, (store) => {
      const times = [...store.range('waitTimes', {})];
      const [[key] = [[]]] = [...store.range('offsets', {})];
      return [
        ...times.map(([time]) => ({ table: 'waitTimes', key: time, value: undefined }) as const),
        { table: 'offsets', key, value: [100, null, 1] },
      ];
    });
    const { problems } = await verified(directory);
    expect(problems.slice(0, 2)).toMatchObject([
      { table: 'offsets', group: 'readers', topic: 't', offset: 100 },
      { table: 'waiting', group: 'g', topic: 't', partition: 0 },
    ]);
  });

  it('names runs beyond what was delivered: a broker would not come up', async () => {
    const directory = await dataDirectory();
    await damage(directory, (store) =>
      [...store.range('runs', {})].map(([key, value]) => {
        const [, ...rest] = value as PlainValue[];
        return { table: 'runs', key, value: [90, ...rest] } as const;
      }),
    );
    const { problems } = await verified(directory);
    expect(problems.at(-1)?.message).toContain('a broker does not come up on the rows');
  });

  it('names keys and values that cannot be read', () => {
    const rows = {
      lastErrors: [{ keyHex: '0c00', key: undefined, fault: 'the key cannot be read: cut' }],
      schedules: [{ keyHex: '1a01', key: [1], fault: 'the value cannot be read: cut' }],
      dead: [{ keyHex: '0b01', key: [9, 1, 0, 3], fault: 'the value cannot be read: cut' }],
    };
    const snapshot = {
      strangers: () => ['f001'],
      scan: (table: keyof typeof rows) => rows[table] ?? [],
    } as unknown as Snapshot;
    const problems = new Problems();
    const none = new Set<number>();
    const names = { topics: new Map(), groups: new Map(), sweptTopics: none, sweptGroups: none };
    expect(checkRows(snapshot, names, problems, quietScreen())).toBe(false);
    expect(problems.kept.map(({ kind, table, keyHex }) => [kind, table, keyHex])).toEqual([
      ['corrupt', 'unknown', 'f001'],
      ['corrupt', 'dead', '0b01'],
      ['corrupt', 'lastErrors', '0c00'],
      ['corrupt', 'schedules', '1a01'],
    ]);
    expect(problems.kept[1]).toMatchObject({ partition: 0, offset: 3 });
  });
});
