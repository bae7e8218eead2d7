// What many leases over a long time leave behind in memory: nothing. And moves that no message may make.
import { describe, expect, it } from 'vitest';
import { NameTable } from '../../src/share/name-table.ts';
import { assertMove, SHARE_MOVES, type ShareState } from '../../src/share/run.ts';
import { batchOf } from '../support/batches.ts';
import { acknowledge, appendBatch, receive, sharedTopic } from './share-setup.ts';

describe('memory of runs', () => {
  it('holds a name as long as a run names it', () => {
    const names = new NameTable();
    const [ann, again, bob] = [names.take('ann'), names.take('ann'), names.take('bob')];
    expect([ann === again, names.nameOf(bob), names.size]).toEqual([true, 'bob', 2]);
    names.release(ann);
    expect(names.nameOf(again)).toBe('ann');
    names.release(again);
    expect(names.size).toBe(1);
    expect(names.take('eve')).toBe(ann);
  });

  it('is given back when messages are resolved [L-11]', () => {
    const machine = sharedTopic();
    const { shares } = machine.state;
    for (let i = 0; i < 300; i += 1) {
      appendBatch(machine, batchOf(['a', 'b', 'c']));
      const [lease] = receive(machine, { memberId: `member ${i}` });
      expect(shares.table.size).toBe(1);
      acknowledge(machine, 'accept', [3 * i, 3 * i + 2], lease?.token ?? 0);
    }
    const { table, leaseEnds, holders } = shares;
    expect([table.size, leaseEnds.size, holders.count(1)]).toEqual([0, 0, 0]);
    expect(machine.view.count('runs')).toBe(0);
  });
});

describe('moves', () => {
  const states = Object.keys(SHARE_MOVES) as ShareState[];

  it('lets nothing that is resolved come back, but for dead ones that are redriven [L-3]', () => {
    for (const to of states) {
      for (const from of ['acknowledged', 'removed', 'purged', 'skipped'] as const) {
        expect(() => assertMove(from, to)).toThrow(/does not go from/);
      }
    }
    for (const from of states.filter((state) => state !== 'dead')) {
      expect(() => assertMove(from, 'fresh')).toThrow(/does not go from/);
    }
    expect(SHARE_MOVES.dead).toEqual(['ready', 'parked', 'fresh']);
  });

  it('leases what is fresh or waits, once until it ends [L-3]', () => {
    const leasable = states.filter((from) =>
      (SHARE_MOVES[from] as readonly string[]).includes('leased'),
    );
    expect(leasable).toEqual(['fresh', 'ready', 'scheduled', 'parked', 'leased']);
  });
});
