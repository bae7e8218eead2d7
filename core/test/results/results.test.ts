import { describe, expect, it } from 'vitest';
import { decideAcknowledge, decideExpireRows } from '../../src/index.ts';
import { acknowledge, appendBatch, KEY, receive, sharedTopic } from '../share/share-setup.ts';
import { appendOf } from '../support/batches.ts';

const RESULT = new TextEncoder().encode('shipped');

function leased(resultTtlMs: number) {
  const machine = sharedTopic({ resultTtlMs });
  appendBatch(machine, appendOf(1, 0, ['a', 'b', 'c']).batch);
  receive(machine);
  return machine;
}

describe('results [L-92]', () => {
  it('are kept with the message from its acceptance on, for as long as the group says', () => {
    const machine = leased(5_000);
    acknowledge(machine, 'accept', [1, 1], 1, { result: RESULT });
    const rows = machine.view.all('results');
    expect(rows).toEqual([
      [
        [1, 1, 0, 1],
        [RESULT, 1_000_000, 1_005_000],
      ],
    ]);
    machine.nowMs += 4_999;
    expect(machine.run(decideExpireRows, { rowsMax: 9 }).rowsRemoved).toBe(0);
    machine.nowMs += 1;
    expect(machine.run(decideExpireRows, { rowsMax: 9 }).rowsRemoved).toBe(1);
    expect(machine.view.count('results')).toBe(0);
  });

  it('are not kept where the group keeps none, or where the message was not accepted', () => {
    const none = leased(0);
    acknowledge(none, 'accept', [1, 1], 1, { result: RESULT });
    expect([none.view.count('results'), none.view.count('expiries')]).toEqual([0, 0]);
    const machine = leased(5_000);
    acknowledge(machine, 'accept', [1, 1], 7, { result: RESULT });
    acknowledge(machine, 'accept', [1, 1], 1);
    acknowledge(machine, 'accept', [1, 1], 1, { result: RESULT });
    expect(machine.view.count('results')).toBe(0);
  });

  it('are those of one message that is done: anything else is refused, and nothing is done', () => {
    const machine = leased(5_000);
    const item = { ...KEY, token: 1, delayMs: null, errorText: null, result: RESULT };
    for (const command of [
      { ...item, kind: 'accept' as const, firstOffset: 0, lastOffset: 1 },
      { ...item, kind: 'reject' as const, firstOffset: 0, lastOffset: 0 },
    ]) {
      const refused = machine.refused(decideAcknowledge, command);
      expect(refused).toMatchObject({ code: 'INVALID_REQUEST', detail: { field: 'result' } });
    }
    expect(machine.state.shares.at(1, 1, 0).row[3]).toBe(0);
  });
});
