// Restore: what is wrong with a backup is found, and nothing is left behind then.

import { readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { FORMAT_VERSION, openDataDirectory, type StoreWrite } from '@millrace/storage';
import { describe, expect, it } from 'vitest';
import { digestOf } from '../../src/offline/files.ts';
import { MANIFEST_FILE, manifestOf } from '../../src/offline/manifest.ts';
import { type RestoreOptions, restore } from '../../src/offline/restore.ts';
import { openTestShard, produce } from '../shard/open-test-shard.ts';
import { damage, dataDirectory, openStore, quietScreen, scratch, verified } from './data-setup.ts';

const FILE = 'shard-0.mdb';

/** As `backup` leaves it. */
async function backupOf(directory: string, writes: readonly StoreWrite[] = []): Promise<string> {
  const target = scratch();
  const file = join(target, FILE);
  const store = await openStore(directory);
  await store.commit(writes);
  await store.copyTo(file);
  await store.close();
  const manifest = manifestOf({
    file: FILE,
    bytes: statSync(file).size,
    sha256: await digestOf(file, () => undefined),
    formatVersion: 3,
    instanceId: 'the-old-one',
    brokerVersion: '0',
    createdAtMs: 1,
    topics: 1,
    groups: 2,
  });
  writeFileSync(join(target, MANIFEST_FILE), JSON.stringify(manifest));
  return target;
}

const run = async (from: string, to: string, options: Partial<RestoreOptions> = {}) =>
  restore(from, to, { verify: true, keepInstance: false, ...options }, quietScreen());

/** The refusal, and that the directory is as it was. */
async function refusal(from: string, to: string, options: Partial<RestoreOptions> = {}) {
  const before = readdirSync(to);
  const error = await run(from, to, options).then(
    () => undefined,
    (thrown: { exit?: string; message: string }) => thrown,
  );
  expect(readdirSync(to)).toEqual(before);
  return `${error?.exit}: ${error?.message}`;
}

async function instanceOf(directory: string) {
  const store = await openStore(directory);
  const instanceId = store.get('meta', ['instanceId']);
  await store.close();
  return instanceId;
}

describe('restore', () => {
  it('makes a data directory with an identity of its own', async () => {
    const backup = await backupOf(await dataDirectory());
    const directory = join(scratch(), 'new', 'data');
    const { instanceId, verification } = await run(backup, directory);
    expect(verification).toMatchObject({ isSound: true, records: 8 });
    expect(readdirSync(directory)).toEqual([FILE]);
    expect(await verified(directory)).toMatchObject({ isSound: true, records: 8 });
    expect(await instanceOf(directory)).toBe(instanceId);
    expect(instanceId).toMatch(/^[0-9a-f-]{36}$/);
    const same = scratch();
    await run(backup, same, { keepInstance: true, verify: false });
    expect(await instanceOf(same)).toBe('the-old-one');
  });

  it('gives out no number again that the lost broker may have given out', async () => {
    const backup = await backupOf(await dataDirectory());
    const [directory, same] = [scratch(), scratch()];
    await run(backup, directory);
    await run(backup, same, { keepInstance: true });
    const numbers = async (path: string) => {
      const store = await openStore(path);
      const names = ['nextTopicId', 'nextGroupId', 'lastProducerId', 'nextEffectToken'];
      const counters = names.map((name) => Number(store.get('meta', [name]) ?? 1));
      const tokens = [...store.range('sharePartitions', {})].map(([, row]) => (row as number[])[2]);
      await store.close();
      return [...counters, ...tokens].map(Number);
    };
    const before = await numbers(same);
    const after = await numbers(directory);
    expect(after).toHaveLength(5);
    for (const [at, number] of after.entries()) {
      expect(number).toBeGreaterThanOrEqual((before[at] ?? 0) + 10_000);
    }
    // A broker comes up on them, and goes on.
    const store = await openStore(directory);
    const shard = openTestShard(store);
    const topic = { name: 'new', partitions: 1, config: null, annotations: null };
    const { topicId } = await shard.call('CreateTopic', topic);
    expect(topicId).toBe(after[0]);
    await produce(shard, topicId, 'x');
    await shard.close();
    await store.close();
    expect(await verified(directory)).toMatchObject({ isSound: true, records: 9 });
  });

  it('refuses bytes that are not those of the backup, wherever they lie', async () => {
    const backup = await backupOf(await dataDirectory());
    const file = join(backup, FILE);
    const bytes = readFileSync(file);
    const { length } = bytes;
    // Both heads, trees and rows, and the end.
    for (const at of [0, 24, 4_096 + 24, 5_000, length >> 1, length - 1]) {
      const changed = Buffer.from(bytes);
      changed[at] = (changed[at] ?? 0) ^ 1;
      writeFileSync(file, changed);
      const refused = await refusal(backup, scratch(), { verify: at % 2 === 0 });
      expect(refused).toContain(`damaged: the bytes of ${file}`);
    }
    for (const kept of [0, 100, length >> 1, length - 1]) {
      writeFileSync(file, bytes.subarray(0, kept));
      expect(await refusal(backup, scratch())).toBe(
        `damaged: ${file} has ${kept} bytes, the backup had ${length}. Nothing was written.`,
      );
    }
    writeFileSync(file, bytes);
    await run(backup, scratch());
  });

  it('refuses what a newer broker wrote, told by its manifest or only by its data', async () => {
    const directory = await dataDirectory();
    const newer = { table: 'meta', key: ['formatVersion'], value: FORMAT_VERSION + 1 } as const;
    const told = await backupOf(directory);
    const path = join(told, MANIFEST_FILE);
    const manifest = JSON.parse(readFileSync(path, 'utf8')) as object;
    writeFileSync(path, JSON.stringify({ ...manifest, formatVersion: FORMAT_VERSION + 1 }));
    const text = `format ${FORMAT_VERSION + 1}, this broker reads up to ${FORMAT_VERSION}`;
    expect(await refusal(told, scratch())).toContain(`foreignData: ${told} holds data of ${text}`);
    const untold = await backupOf(directory, [newer]);
    for (const verify of [true, false]) {
      const refused = await refusal(untold, scratch(), { verify });
      expect(refused).toContain(`foreignData: the data file has ${text}`);
    }
  });

  it('refuses a copy of what was damaged before, unless told to look no further', async () => {
    const directory = await dataDirectory();
    await damage(directory, () => [{ table: 'batches', key: [1, 0, 2], value: undefined }]);
    const backup = await backupOf(directory);
    expect(await refusal(backup, scratch())).toContain('damaged: the backup is damaged');
    await run(backup, scratch(), { verify: false });
  });

  it('refuses what is no backup, or not a whole one', async () => {
    const directory = await dataDirectory();
    expect(await refusal(directory, scratch())).toContain('foreignData');
    expect(await refusal('/nowhere/at/all', scratch())).toContain('noInput');
    expect(await refusal(scratch(), scratch())).toMatch(/^foreignData: .* it has no backup\.json/);
    const backup = await backupOf(directory);
    const manifest = readFileSync(join(backup, MANIFEST_FILE), 'utf8');
    for (const text of [
      '{',
      'null',
      '{"kind":"x"}',
      manifest.replace('"version":1', '"version":2'),
    ]) {
      writeFileSync(join(backup, MANIFEST_FILE), text);
      expect(await refusal(backup, scratch())).toContain('foreignData');
    }
    const { bytes: _, ...withoutBytes } = JSON.parse(manifest) as Record<string, unknown>;
    for (const [field, text] of [
      ['file', manifest.replace(FILE, `../${FILE}`)],
      ['bytes', JSON.stringify(withoutBytes)],
      ['sha256', manifest.replace(/"sha256":"./, '"sha256":"X')],
      ['formatVersion', manifest.replace('"formatVersion":3', '"formatVersion":"3"')],
    ] as const) {
      writeFileSync(join(backup, MANIFEST_FILE), text);
      const refused = await refusal(backup, scratch());
      expect(refused).toContain(
        `foreignData: ${backup} is no backup: in ${MANIFEST_FILE} the field ${field} `,
      );
    }
    writeFileSync(join(backup, MANIFEST_FILE), manifest);
    rmSync(join(backup, FILE));
    expect(await refusal(backup, scratch())).toContain('noInput');
  });

  it('refuses a directory that holds something, or that a broker has', async () => {
    const backup = await backupOf(await dataDirectory());
    const full = scratch();
    writeFileSync(join(full, 'notes.txt'), 'mine');
    expect(await refusal(backup, full)).toContain('dataNotWritable');
    const taken = scratch();
    const held = await openDataDirectory(taken);
    expect(await refusal(backup, taken)).toContain('dataLocked');
    await held.close();
    await run(backup, taken);
  });
});
