// What a producer may not append, and how much one read gives.
import { batchHeader } from '@millrace/protocol';
import { expect, it } from 'vitest';
import { decideAppend, readBatches } from '../../src/index.ts';
import { gappedBatch } from '../share/gapped-batch.ts';
import { appendBatch, ORDERS, sharedTopic } from '../share/share-setup.ts';
import { batchOf } from '../support/batches.ts';

const PLACE = { topicId: ORDERS, partition: 0 };

it.each([
  ['between its records', [0, 2], 3],
  ['before its first record', [1, 2], 3],
  ['after its last record', [0, 1], 2 ** 32],
])('refuses a batch with gaps %s [G-14]', (_, deltas, offsets) => {
  const machine = sharedTopic();
  const batch = gappedBatch(['a', 'b'], deltas, offsets);
  const error = machine.refused(decideAppend, { ...PLACE, batch, header: batchHeader(batch) });
  expect(error).toMatchObject({ code: 'CORRUPT_BATCH', detail: { field: 'batch' } });
  expect(machine.state.logs.at(ORDERS, 0).nextOffset).toBe(0);
});

it.each([
  [0, []],
  [1, [0]],
  [3, [0, 1, 2]],
  [9, [0, 1, 2, 3, 4]],
])('reads at most %i batches where told so [G-7]', (batchesMax, bases) => {
  const machine = sharedTopic();
  for (let i = 0; i < 5; i += 1) appendBatch(machine, batchOf(['m']));
  const command = { ...PLACE, offset: 0, bytesMax: 1_000_000, batchesMax };
  const read = readBatches(machine.state, machine.view, command);
  if (read.error !== undefined) throw read.error;
  expect(read.batches.map((batch) => batchHeader(batch).baseOffset)).toEqual(bases);
});
