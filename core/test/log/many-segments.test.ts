// A log of very many segments: what takes them away does so some at a time, and no step looks at all others.
import { expect, test, vi } from 'vitest';
import {
  decideAppend,
  decideCreateTopic,
  decideDeleteRecords,
  decideRetention,
} from '../../src/index.ts';
import { appendRecords } from '../support/batches.ts';
import { Machine } from '../support/machine.ts';
import { topicChange } from '../support/topic-change.ts';

const PLACE = { topicId: 1, partition: 0 };
const SEGMENTS = 1_200;

function machineOf(retentionMs = -1): Machine {
  const machine = new Machine();
  const config = topicChange({ segmentMs: 1_000, retentionMs });
  const topic = { name: 't', partitions: 1, config, annotations: null, validateOnly: false };
  machine.run(decideCreateTopic, topic);
  for (let i = 0; i < SEGMENTS; i += 1) {
    machine.run(decideAppend, appendRecords(1, 0, [{ value: Buffer.from('a') }, { value: null }]));
    machine.nowMs += 1_000;
  }
  return machine;
}

test('DeleteRecords takes them away some at a time; each step holds by itself [G-35] [G-36]', () => {
  const machine = machineOf();
  const log = machine.state.logs.at(1, 0);
  expect(log.segments).toHaveLength(SEGMENTS);
  const looks = vi.spyOn(log.segments, 'findLast');
  const beforeOffset = 2 * SEGMENTS - 1;
  const starts: number[] = [];
  for (let more = true; more; ) {
    const reply = machine.run(decideDeleteRecords, { ...PLACE, beforeOffset });
    ({ more } = reply);
    starts.push(reply.startOffset);
    expect(log.startOffset).toBe(reply.startOffset);
    log.assertInvariants();
  }
  expect(starts).toEqual([1_000, 2_000, beforeOffset]);
  expect(log.segments).toHaveLength(1);
  expect(looks).not.toHaveBeenCalled();
});

test('retention looks at no others for each that goes [G-13]', () => {
  const machine = machineOf(1_000);
  const log = machine.state.logs.at(1, 0);
  const looks = vi.spyOn(log.segments, 'findLast');
  machine.run(decideRetention, { ...PLACE, rowsMax: 500 });
  expect(log.startOffset).toBe(1_000);
  expect(looks).not.toHaveBeenCalled();
});
