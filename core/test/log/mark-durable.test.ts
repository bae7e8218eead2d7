// The one change of a log that is not a row: how far it is on the disk.
import { expect, it } from 'vitest';
import {
  decideAppend,
  decideCreateTopic,
  decideDeleteTopic,
  markDurable,
} from '../../src/index.ts';
import { appendOf } from '../support/batches.ts';
import { Machine } from '../support/machine.ts';

function written(): Machine {
  const machine = new Machine();
  machine.durable = false;
  machine.run(decideCreateTopic, {
    name: 'orders',
    partitions: 1,
    config: null,
    annotations: null,
    validateOnly: false,
  });
  machine.run(decideAppend, appendOf(1, 0, ['a', 'b']));
  machine.run(decideAppend, appendOf(1, 0, ['c']));
  return machine;
}

it('goes forward with each commit, never back [D-3]', () => {
  const { state } = written();
  const log = state.logs.at(1, 0);
  expect(log.durableEnd).toBe(0);
  markDurable(state, 1, 0, { nextOffset: 2, stagedBytes: 0 });
  expect(log.durableEnd).toBe(2);
  markDurable(state, 1, 0, { nextOffset: 1, stagedBytes: 0 });
  expect(log.durableEnd).toBe(2);
  expect(() => markDurable(state, 1, 0, { nextOffset: 4, stagedBytes: 0 })).toThrow(
    'only what was appended',
  );
});

it('passes over a topic that was deleted while its commit was on the way', () => {
  const machine = written();
  machine.run(decideDeleteTopic, { name: 'orders' });
  markDurable(machine.state, 1, 0, { nextOffset: 3, stagedBytes: 0 });
  expect(machine.state.logs.at(1, 0).durableEnd).toBe(0);
});
