// DeleteRecords in the middle of a pass: the batch that was being looked at is cut, and begins anew under another offset.
import { readRecords } from '@millrace/protocol';
import { expect, test } from 'vitest';
import { decideAppend, decideCreateTopic, decideDeleteRecords } from '../../src/index.ts';
import { appendRecords } from '../support/batches.ts';
import { Machine } from '../support/machine.ts';
import { topicChange } from '../support/topic-change.ts';
import { Compactor } from './compactor.ts';

const PLACE = { topicId: 1, partition: 0 };

function tableOf(...batches: readonly string[]): Machine {
  const machine = new Machine();
  const change = { segmentMs: 1_000, compactionDirtyRatio: 0, cleanupPolicy: 'compact' } as const;
  const config = topicChange(change);
  const topic = { name: 't', partitions: 1, config, annotations: null, validateOnly: false };
  machine.run(decideCreateTopic, topic);
  for (const keys of batches) {
    const records = keys
      .split('')
      .map((key) => ({ key: Buffer.from(key), value: Buffer.from('v') }));
    machine.run(decideAppend, appendRecords(1, 0, records));
  }
  machine.nowMs += 2_000;
  return machine;
}

function left(machine: Machine): string[] {
  return [...machine.view.range('batches', { prefix: [1, 0] })].flatMap(([, batch]) =>
    readRecords(batch).map(({ offset, key }) => `${offset} ${Buffer.from(key ?? []).toString()}`),
  );
}

test.each([1, 2, 3, 4, 5, 6])(
  'after %i records of a batch whose keys come again, the pass goes on behind the new start [G-35] [G-46]',
  (records) => {
    const machine = tableOf('aabcab', 'cd');
    const compactor = new Compactor(machine, PLACE);
    compactor.slice(1);
    expect(compactor.slice(records).state).toBe('collecting');
    machine.run(decideDeleteRecords, { ...PLACE, beforeOffset: 1 });
    expect(compactor.pass(1)).toBe(true);
    expect(left(machine)).toEqual(['4 a', '5 b', '6 c', '7 d']);
  },
);
