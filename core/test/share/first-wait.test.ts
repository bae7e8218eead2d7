// How much of what is gone is stepped over to find the next delay that ends. A store that was just told to delete a row
// may still step over it, so this counts the deleted rows that lie where a decision looks.
import { encodeBatch } from '@millrace/protocol';
import { expect, it } from 'vitest';
import { decideDue, nextDueMs } from '../../src/index.ts';
import { appendBatch, receive, sharedTopic } from './share-setup.ts';

const DELAYS = 300;
const DUE = { runsMax: 250, graceUntilMs: 0 };

/** `orders` with messages that become ready one a millisecond, and a count of deleted rows that were stepped over. */
function waitingMessages() {
  const machine = sharedTopic();
  const deleted: number[] = [];
  const stepped = { rows: 0 };
  const { view } = machine;
  const range = view.range.bind(view);
  view.range = (table, query) => {
    const fromMs = Number(query.from?.[0] ?? 0);
    if (table === 'waitTimes') stepped.rows += deleted.filter((timeMs) => timeMs >= fromMs).length;
    return range(table, query);
  };
  const records = Array.from({ length: DELAYS }, (_, i) => ({
    value: Buffer.from([0]),
    delayMs: i + 1,
  }));
  appendBatch(machine, encodeBatch(records, { nowMs: machine.nowMs }));
  receive(machine);
  return { machine, deleted, stepped };
}

it('finds the next delay that ends without stepping over all that ended before', () => {
  const { machine, deleted, stepped } = waitingMessages();
  const graceUntilMs = 0;
  let readied = 0;
  for (let ms = 0; ms < DELAYS; ms += 1) {
    const nextMs = nextDueMs(machine.state.shares, machine.view, graceUntilMs);
    machine.nowMs += 1;
    expect(nextMs).toBe(machine.nowMs);
    readied += machine.run(decideDue, DUE).readied;
    for (const { table, key, value } of machine.writes) {
      if (table === 'waitTimes' && value === undefined) deleted.push(key[0]);
    }
  }
  expect(readied).toBe(DELAYS);
  expect(nextDueMs(machine.state.shares, machine.view, graceUntilMs)).toBeUndefined();
  expect(stepped.rows).toBeLessThanOrEqual(2 * DELAYS);
});

it('finds a delay that ends before all that ended, after the clock was set back', () => {
  const { machine } = waitingMessages();
  const startedMs = machine.nowMs;
  machine.nowMs += DELAYS - 1;
  while (machine.run(decideDue, DUE).more);
  machine.nowMs = startedMs;
  const record = { value: Buffer.from([1]), delayMs: 5 };
  appendBatch(machine, encodeBatch([record], { nowMs: machine.nowMs }));
  receive(machine);
  expect(nextDueMs(machine.state.shares, machine.view, 0)).toBe(startedMs + 5);
});
