// Data directories for the tests of the offline commands: made by a real shard, damaged by hand, read by a quiet screen.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encodeBatch } from '@millrace/protocol';
import { type LmdbStore, openLmdbStore, type StoreWrite } from '@millrace/storage';
import { afterEach } from 'vitest';
import { openData } from '../../src/offline/open-data.ts';
import type { Screen } from '../../src/offline/screen.ts';
import { type Verification, verify } from '../../src/offline/verify.ts';
import { createQueue, openTestShard, produce, receiveOf } from '../shard/open-test-shard.ts';

const made: string[] = [];

afterEach(() => {
  for (const path of made.splice(0)) rmSync(path, { recursive: true, force: true });
});

export function scratch(): string {
  const path = mkdtempSync(join(tmpdir(), 'millrace-offline-'));
  made.push(path);
  return path;
}

export interface QuietScreen extends Screen {
  readonly lines: string[];
  readonly documents: object[];
}

export function quietScreen(isJson = false): QuietScreen {
  const lines: string[] = [];
  const documents: object[] = [];
  return {
    isJson,
    lines,
    documents,
    line: (text) => void lines.push(text),
    answer(document, forPeople) {
      documents.push(document);
      lines.push(isJson ? JSON.stringify(document) : forPeople());
    },
    progress: () => undefined,
    clear: () => undefined,
  };
}

/** Topic `t` with four batches of two records each, and queue `g` over it with leases and scheduled messages. */
export async function dataDirectory(): Promise<string> {
  const directory = scratch();
  const store = await openStore(directory);
  await store.commit([{ table: 'meta', key: ['instanceId'], value: 'the-old-one' }]);
  const shard = openTestShard(store);
  const topicId = await createQueue(shard);
  for (let at = 0; at < 3; at += 1) await produce(shard, topicId, `${at}a`, `${at}b`);
  const later = ['3a', '3b'].map((text) => ({ value: Buffer.from(text), delayMs: 3_600_000 }));
  const batch = encodeBatch(later, { nowMs: 1_700_000_000_000 });
  await shard.call('Produce', { batches: [{ topicId, partition: 0, batch }] });
  await shard.call('Receive', receiveOf(0, 100));
  await shard.call('OffsetCommit', {
    group: 'readers',
    memberId: null,
    memberEpoch: -1,
    offsets: [{ topicId, partition: 0, offset: 5, metadata: null }],
  });
  await shard.close();
  await store.close();
  return directory;
}

export async function openStore(directory: string): Promise<LmdbStore> {
  return openLmdbStore({ path: join(directory, 'shard-0.mdb') });
}

/** Writes rows past every rule. */
export async function damage(
  directory: string,
  change: (store: LmdbStore) => readonly StoreWrite[],
): Promise<void> {
  const store = await openStore(directory);
  await store.commit(change(store));
  await store.close();
}

export async function verified(directory: string): Promise<Verification> {
  const data = await openData(directory);
  try {
    return verify(data, {}, quietScreen());
  } finally {
    await data.snapshot.close();
  }
}
