// The line of keys in groups with ordering `fifo`: the table against plain objects, and receives against a list of keys that
// knows nothing of cursors, parked messages or how far a receive looks.
import { deepEqual } from 'node:assert/strict';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { LaneRow } from '../../../src/index.ts';
import { LaneTable } from '../../../src/share/lanes/lane-table.ts';
import { LineTwins } from './line-twins.ts';
import { NaiveLine } from './naive-line.ts';

interface Plain {
  active: number[];
  row: LaneRow;
  waitsFrom: number;
  served: boolean;
  /** Where it stands, once it has a place. */
  place: Place | undefined;
}

type Place = readonly [ticket: number, turn: number];

class PlainTable {
  readonly lanes = new Map<number, Plain>();
  line: number[] = [];
  again: number[] = [];
  logEnd = 0;
  turns = 0;
  remembered = new Map<number, Place>();

  atTheBack(): Place {
    this.turns += 1;
    return [this.logEnd, this.turns];
  }

  at(lane: number): Plain {
    const none: Plain = {
      active: [],
      row: [0, 0, -1],
      waitsFrom: Number.POSITIVE_INFINITY,
      served: false,
      place: undefined,
    };
    const plain = this.lanes.get(lane) ?? none;
    this.lanes.set(lane, plain);
    return plain;
  }

  unlist(lane: number): void {
    this.line = this.line.filter((other) => other !== lane);
    this.again = this.again.filter((other) => other !== lane);
  }

  settle(lane: number): void {
    const plain = this.at(lane);
    const [parked, scheduled, heldAt] = plain.row;
    const isOpen = heldAt < 0 && plain.waitsFrom < Math.min(...plain.active);
    if (parked === 0 || !isOpen) this.unlist(lane);
    else if (!this.line.includes(lane) && !this.again.includes(lane)) this.#list(lane, plain);
    if (plain.active.length + parked + scheduled > 0) return;
    this.lanes.delete(lane);
    if (plain.served) this.remembered.set(lane, this.atTheBack());
  }

  #list(lane: number, plain: Plain): void {
    if (!plain.served) {
      this.line.push(lane);
      return;
    }
    plain.place ??= this.atTheBack();
    this.again.push(lane);
    const placeOf = (one: number) => this.at(one).place ?? [0, 0];
    this.again.sort((a, b) => placeOf(a)[0] - placeOf(b)[0] || placeOf(a)[1] - placeOf(b)[1]);
  }
}

const lane = fc.integer({ min: 1, max: 6 });
const offset = fc.nat({ max: 20 });
const steps = fc.array(
  fc.oneof(
    fc.record({ kind: fc.constant('activate' as const), lane, offset }),
    fc.record({ kind: fc.constant('deactivate' as const), lane }),
    fc.record({
      kind: fc.constant('wait' as const),
      lane,
      offset,
      wasGiven: fc.boolean(),
      row: fc.tuple(fc.nat({ max: 2 }), fc.nat({ max: 1 }), fc.integer({ min: -1, max: 0 })),
    }),
    fc.record({ kind: fc.constant('learn' as const), lane, offset }),
    fc.record({ kind: fc.constant('end' as const), offset, cursor: fc.constant(0) }),
  ),
  { maxLength: 200 },
);
type Step = typeof steps extends fc.Arbitrary<(infer T)[]> ? T : never;

function step(table: LaneTable, plain: PlainTable, one: Step): void {
  if (one.kind === 'end') {
    const { offset: end, cursor } = one;
    table.noteReceive(cursor, end);
    for (const other of plain.logEnd === 0 ? plain.again : []) {
      plain.at(other).place = [end, plain.at(other).place?.[1] ?? 0];
    }
    plain.logEnd = Math.max(plain.logEnd, end);
    return;
  }
  const known = plain.lanes.get(one.lane);
  if (one.kind === 'deactivate' || one.kind === 'learn') {
    if (known === undefined) return;
    if (one.kind === 'learn') {
      table.learn(one.lane, one.offset);
      known.waitsFrom = Math.max(known.waitsFrom, one.offset);
    } else {
      const [first] = known.active.splice(0, 1);
      if (first === undefined) return;
      table.deactivate(one.lane, first);
    }
    plain.settle(one.lane);
    return;
  }
  const at = plain.at(one.lane);
  if (one.kind === 'activate') {
    if (at.active.includes(one.offset)) return;
    table.activate(one.lane, one.offset);
    at.served = true;
    at.place = undefined;
    if (at.waitsFrom === one.offset) at.waitsFrom += 1;
    at.active = [...at.active, one.offset].toSorted((a, b) => a - b);
    plain.unlist(one.lane);
  } else {
    const waits = one.row[0] + one.row[1] > 0;
    if (waits) table.waits(one.lane, one.offset, one.wasGiven);
    table.setWaiting(one.lane, one.row);
    if (waits) meet(plain, at, one);
    // Of a lane that is not known others may have been given before.
    const from = known === undefined && one.wasGiven ? 0 : one.offset;
    at.waitsFrom = waits ? Math.min(at.waitsFrom, from) : Number.POSITIVE_INFINITY;
    // The table settles twice, once before it knows the row.
    if (known !== undefined && waits) plain.settle(one.lane);
    plain.at(one.lane).row = one.row;
  }
  plain.settle(one.lane);
}

/** Messages that were given before, or never, wait. */
function meet(plain: PlainTable, at: Plain, { lane: of, offset: first, wasGiven }: Waiting): void {
  const known = plain.remembered.get(of);
  if (wasGiven) {
    at.served = true;
    // One that is listed stays where it is.
    if (!plain.again.includes(of)) at.place = undefined;
  } else if (!at.served && known !== undefined && known[0] > first) {
    at.served = true;
    at.place = known;
  }
}

type Waiting = Step & { kind: 'wait' };

describe('the line of keys', () => {
  it('is what plain lists hold [L-74]', () => {
    const run = () =>
      fc.assert(
        fc.property(steps, (list) => {
          const table = new LaneTable('fifo');
          const plain = new PlainTable();
          for (const one of list) {
            step(table, plain, one);
            table.assertInvariants();
            deepEqual(
              [...table.line('first')].map(({ lane: of }) => of),
              plain.line,
            );
            deepEqual(
              [...table.line('again')].map(({ lane: of }) => of),
              plain.again,
            );
          }
        }),
        { numRuns: 300 },
      );
    expect(run).not.toThrow();
  });

  const keys = fc.array(fc.constantFrom('a', 'b', 'c', 'd', 'e'), { minLength: 1, maxLength: 8 });
  const ops = fc.oneof(
    { weight: 3, arbitrary: fc.record({ kind: fc.constant('send' as const), keys }) },
    {
      weight: 3,
      arbitrary: fc.record({
        kind: fc.constant('receive' as const),
        // All there is: where a key goes of which a part was given is told by traces, and not always exact.
        max: fc.constant(200),
      }),
    },
    {
      weight: 5,
      arbitrary: fc.record({
        kind: fc.constant('settle' as const),
        which: fc.nat({ max: 20 }),
        isAccepted: fc.array(fc.boolean(), { minLength: 1, maxLength: 4 }),
      }),
    },
  );

  it('is given from as a list of keys says, all of a key in one piece [L-74]', () => {
    const run = () =>
      fc.assert(
        fc.property(fc.array(ops, { maxLength: 40, size: 'max' }), (list) => {
          const twins = new LineTwins(new NaiveLine());
          for (const op of list) twins.run(op);
          twins.drain();
        }),
        { numRuns: 100 },
      );
    expect(run).not.toThrow();
  });
});
