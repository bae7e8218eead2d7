// The numbers of each lane, held against plain objects, and the order of turns.
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { LaneRow } from '../../../src/index.ts';
import { LaneTable } from '../../../src/share/lanes/lane-table.ts';
import type { LaneKind } from '../../../src/share/lanes/scan-lanes.ts';

interface Plain {
  active: number;
  lastActive: number;
  row: LaneRow;
}

/** The order of turns is a plain array. */
class PlainLanes {
  readonly lanes = new Map<number, Plain>();
  turns: number[] = [];
  readonly kind: LaneKind;

  constructor(kind: LaneKind) {
    this.kind = kind;
  }

  at(lane: number): Plain {
    const plain = this.lanes.get(lane) ?? { active: 0, lastActive: -1, row: [0, 0, -1] };
    this.lanes.set(lane, plain);
    return plain;
  }

  settle(lane: number): void {
    const { active, row } = this.at(lane);
    const [parked, scheduled, heldAt] = row;
    const isFree = this.kind === 'tenant' || lane === 0 || (active === 0 && heldAt < 0);
    if (parked === 0 || !isFree) this.turns = this.turns.filter((other) => other !== lane);
    else if (!this.turns.includes(lane)) this.turns.push(lane);
    if (active + parked + scheduled === 0) this.lanes.delete(lane);
  }

  activate(lane: number, offset: number): void {
    const plain = this.at(lane);
    plain.lastActive = plain.active === 0 ? offset : Math.max(plain.lastActive, offset);
    plain.active += 1;
    this.turns = this.turns.filter((other) => other !== lane);
    this.settle(lane);
  }

  deactivate(lane: number): boolean {
    if ((this.lanes.get(lane)?.active ?? 0) === 0) return false;
    this.at(lane).active -= 1;
    this.settle(lane);
    return true;
  }

  setWaiting(lane: number, row: LaneRow): void {
    this.at(lane).row = row;
    this.settle(lane);
  }
}

const lanes = fc.oneof(
  fc.nat({ max: 5 }),
  // The same bucket.
  fc.nat({ max: 40 }).map((i) => 7 + i * 2 ** 32),
  fc.nat({ max: 100 }),
);
const steps = fc.array(
  fc.oneof(
    fc.record({ kind: fc.constant('activate' as const), lane: lanes, offset: fc.nat() }),
    fc.record({ kind: fc.constant('deactivate' as const), lane: lanes }),
    fc.record({
      kind: fc.constant('wait' as const),
      lane: lanes,
      row: fc.tuple(fc.nat({ max: 2 }), fc.nat({ max: 1 }), fc.integer({ min: -1, max: 0 })),
    }),
    fc.record({ kind: fc.constant('forget' as const), lane: lanes }),
  ),
  { maxLength: 300 },
);

describe('the table of lanes', () => {
  it.each(['key', 'tenant'] as const)('holds what plain objects hold: %s [L-62]', (kind) => {
    fc.assert(
      fc.property(steps, (list) => {
        const table = new LaneTable(kind);
        const plain = new PlainLanes(kind);
        for (const step of list) {
          if (step.kind === 'activate') {
            table.activate(step.lane, step.offset);
            plain.activate(step.lane, step.offset);
          } else if (step.kind === 'deactivate') {
            if (plain.deactivate(step.lane)) table.deactivate(step.lane, 0);
          } else {
            const row = step.kind === 'wait' ? step.row : undefined;
            table.setWaiting(step.lane, row);
            plain.setWaiting(step.lane, row ?? [0, 0, -1]);
          }
          table.assertInvariants();
          expect([...table.turns()]).toEqual(plain.turns);
          expect(table.turnCount).toBe(plain.turns.length);
        }
        expect(table.size).toBe(plain.lanes.size);
        for (const [lane, { active, lastActive, row }] of plain.lanes) {
          expect(table.activeOf(lane)).toBe(active);
          expect(active > 0 ? table.lastActiveOf(lane) : lastActive).toBe(lastActive);
          expect(table.waitingOf(lane)).toEqual(row);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('grows, and gives room back to other lanes', () => {
    const table = new LaneTable('key');
    for (let round = 0; round < 3; round += 1) {
      for (let i = 1; i <= 10_000; i += 1) table.activate(i * 977 + round, i);
      expect(table.size).toBe(10_000);
      for (let i = 1; i <= 10_000; i += 1) table.deactivate(i * 977 + round, i);
      expect(table.size).toBe(0);
    }
    table.assertInvariants();
  });
});
