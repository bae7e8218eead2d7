// The bare committer: the same batches put into LMDB in the same file system, several in flight, each waited for until
// it is durable, and nothing else: no broker, no socket, no protocol. What produce reaches is held against this.

import { join } from 'node:path';
import { TemporaryDirectory } from '@millrace/harness';
import { Committer, openStore, type SyncMode } from '@millrace/storage';
import { runLanes } from '../lanes.ts';

export interface CommitterLoad {
  readonly batch: Uint8Array;
  readonly inFlight: number;
  readonly partitions: number;
}

/** It ends with whichever comes first. */
export interface CommitterEnd {
  readonly durationMs: number;
  readonly bytesMax: number;
}

export interface BaselineDone {
  readonly bytes: number;
  readonly elapsedMs: number;
}

const TOPIC_ID = 1;

/** On a fresh data file, which goes away afterwards. */
export async function measureCommitter(
  load: CommitterLoad,
  sync: SyncMode,
  end: CommitterEnd,
): Promise<BaselineDone> {
  const directory = new TemporaryDirectory('millrace-bench-committer-');
  const store = await openStore({ path: join(directory.path, 'shard-0.mdb'), sync });
  try {
    const committer = new Committer({ store });
    return await commitUntil(committer, load, end);
  } finally {
    await store.close();
    directory.remove();
  }
}

async function commitUntil(
  committer: Committer,
  { batch, inFlight, partitions }: CommitterLoad,
  { durationMs, bytesMax }: CommitterEnd,
): Promise<BaselineDone> {
  const startedAt = performance.now();
  const endsAt = startedAt + durationMs;
  let staged = 0;
  let bytes = 0;
  await runLanes(inFlight, async () => {
    const key = [TOPIC_ID, staged % partitions, staged];
    staged += 1;
    await committer.durable(committer.stage([{ table: 'batches', key, value: batch }]));
    bytes += batch.length;
    return performance.now() < endsAt && bytes < bytesMax;
  });
  return { bytes, elapsedMs: performance.now() - startedAt };
}
