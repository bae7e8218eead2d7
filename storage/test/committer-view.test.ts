import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Committer } from '../src/committer.ts';
import type { RangeQuery, StoredRow, StoreReader, StoreWrite } from '../src/contract.ts';
import type { Key } from '../src/keys.ts';
import { MemoryStore } from '../src/memory-store.ts';
import { FaultyStore, gate } from '../src/testing/faulty-store.ts';

const put = (offset: number, value: StoreWrite['value']): StoreWrite => ({
  table: 'runs',
  key: [1, 1, 0, offset],
  value,
});
const row = (offset: number, value: StoreWrite['value']): StoredRow =>
  [[1, 1, 0, offset], value] as StoredRow;

const read = (view: StoreReader, query: RangeQuery = {}): StoredRow[] => [
  ...view.range('runs', query),
];

describe('the view of the committer', () => {
  it('shows the first of two stages of a turn to the second', () => {
    const committer = new Committer({ store: new MemoryStore() });
    const key: Key = [1, 1, 0, 5];
    expect(committer.view.get('runs', key)).toBeUndefined();
    committer.stage([put(5, 'first')]);
    expect(committer.view.get('runs', key)).toBe('first');
    committer.stage([put(5, 'second')]);
    expect(committer.view.get('runs', key)).toBe('second');
    committer.stage([put(5, undefined)]);
    expect(committer.view.get('runs', key)).toBeUndefined();
    expect(read(committer.view)).toEqual([]);
  });

  it('lays what is staged over what is in flight over what is stored', async () => {
    const store = new FaultyStore(new MemoryStore());
    const committer = new Committer({ store });
    await committer.durable(committer.stage([0, 1, 2, 3, 4].map((i) => put(i, 'stored'))));
    const { until, open } = gate();
    store.script({ kind: 'delay', until });
    committer.stage([put(1, 'in flight'), put(2, undefined), put(3, 'in flight'), put(5, 'new')]);
    await new Promise((resolve) => setImmediate(resolve));
    expect(store.inFlight).toBe(1);
    committer.stage([put(2, 'back'), put(3, undefined), put(4, 'staged'), put(6, 'newer')]);
    const rows = [
      row(0, 'stored'),
      row(1, 'in flight'),
      row(2, 'back'),
      row(4, 'staged'),
      row(5, 'new'),
      row(6, 'newer'),
    ];
    const check = () => {
      expect(read(committer.view)).toEqual(rows);
      expect(read(committer.view, { reverse: true })).toEqual(rows.toReversed());
      expect(read(committer.view, { limit: 3 })).toEqual(rows.slice(0, 3));
      expect(read(committer.view, { from: [1, 1, 0, 3], limit: 1 })).toEqual([rows[3]]);
      expect(read(committer.view, { from: [1, 1, 0, 3], reverse: true, limit: 1 })).toEqual([
        rows[2],
      ]);
      for (const [key, value] of rows) expect(committer.view.get('runs', key)).toBe(value);
      expect(committer.view.get('runs', [1, 1, 0, 3])).toBeUndefined();
    };
    check();
    open();
    await committer.drain();
    check();
  });

  it('passes batches through by reference while they are staged', () => {
    const committer = new Committer({ store: new MemoryStore() });
    const value = new Uint8Array(64 * 1024);
    committer.stage([{ table: 'batches', key: [1, 0, 7], value }]);
    expect(committer.view.get('batches', [1, 0, 7])).toBe(value);
    expect([...committer.view.range('batches', {})][0]?.[1]).toBe(value);
  });

  it('may be staged to while a range is walked', async () => {
    const committer = new Committer({ store: new MemoryStore() });
    await committer.durable(committer.stage([1, 3, 5].map((i) => put(i, 'stored'))));
    committer.stage([put(2, 'staged'), put(4, 'staged')]);
    const seen: unknown[] = [];
    for (const [key] of committer.view.range('runs', {})) {
      seen.push(key[3]);
      committer.stage([{ table: 'runs', key, value: undefined }]);
    }
    expect(seen).toEqual([1, 2, 3, 4, 5]);
    expect(read(committer.view)).toEqual([]);
  });

  it('lets no range outlive the turn', async () => {
    const committer = new Committer({ store: new MemoryStore() });
    await committer.durable(committer.stage([put(1, 1), put(2, 2)]));
    const rows = committer.view.range('runs', {})[Symbol.iterator]();
    expect(rows.next().value).toEqual(row(1, 1));
    await committer.durable(committer.stage([put(3, 3)]));
    expect(() => rows.next()).toThrow('within a turn');
  });

  it('keeps no more than what is staged and in flight', async () => {
    const committer = new Committer({ store: new MemoryStore() });
    const alive: WeakRef<Uint8Array>[] = [];
    const commit = async () => {
      const value = new Uint8Array(1_000_000);
      alive.push(new WeakRef(value));
      await committer.durable(committer.stage([{ table: 'batches', key: [1, 0, 0], value }]));
    };
    for (let i = 0; i < 5; i += 1) await commit();
    await new Promise((resolve) => setTimeout(resolve, 10));
    setFlagsFromString('--expose-gc');
    (runInNewContext('gc') as () => void)();
    expect(alive.filter((ref) => ref.deref())).toEqual([]);
  });
});

type Step =
  | { readonly kind: 'stage'; readonly writes: readonly StoreWrite[] }
  | { readonly kind: 'start' | 'commit' | 'abort' }
  | { readonly kind: 'range'; readonly query: RangeQuery };

const key: fc.Arbitrary<Key> = fc.tuple(
  fc.constant(1),
  fc.constant(1),
  fc.nat({ max: 1 }),
  fc.nat({ max: 12 }),
);
const write: fc.Arbitrary<StoreWrite> = fc.record({
  table: fc.constant('runs' as const),
  key,
  value: fc.option(fc.nat({ max: 1_000 }), { nil: undefined, freq: 2 }),
});
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 5, arbitrary: fc.array(write, { minLength: 1, maxLength: 4 }).map(stageOf) },
  {
    weight: 3,
    arbitrary: fc.constantFrom<Step>({ kind: 'start' }, { kind: 'commit' }, { kind: 'abort' }),
  },
  {
    weight: 4,
    arbitrary: fc
      .record(
        { from: key, to: key, reverse: fc.boolean(), limit: fc.nat({ max: 5 }) },
        { requiredKeys: [] },
      )
      .map((query): Step => ({ kind: 'range', query })),
  },
);

function stageOf(writes: readonly StoreWrite[]): Step {
  return { kind: 'stage', writes };
}

/** The naive committer: copies of the whole state. */
class Model {
  stored = new Map<string, StoredRow>();
  inFlight: StoreWrite[] | undefined;
  staged: StoreWrite[] = [];

  rows(): StoredRow[] {
    const rows = new Map(this.stored);
    for (const one of [...(this.inFlight ?? []), ...this.staged]) this.apply(rows, one);
    return [...rows.values()].toSorted((a, b) => this.order(a[0], b[0]));
  }

  order(a: Key, b: Key): number {
    return Number(a[2]) - Number(b[2]) || Number(a[3]) - Number(b[3]);
  }

  apply(rows: Map<string, StoredRow>, { key: at, value }: StoreWrite): void {
    if (value === undefined) rows.delete(at.join());
    else rows.set(at.join(), [at, value]);
  }

  range({ from, to, reverse = false, limit = Infinity }: RangeQuery): StoredRow[] {
    const sign = reverse ? -1 : 1;
    return this.rows()
      .toSorted((a, b) => sign * this.order(a[0], b[0]))
      .filter(([at]) => from === undefined || sign * this.order(at, from) >= 0)
      .filter(([at]) => to === undefined || sign * this.order(at, to) < 0)
      .slice(0, limit);
  }
}

describe('the view against a naive one', () => {
  it('shows the same after any steps', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 60, size: 'max' }), async (steps) => {
        const model = new Model();
        const store = new FaultyStore(new MemoryStore());
        let start: (() => void) | undefined;
        let held = gate();
        let outcome: 'pass' | 'abort' = 'pass';
        const committer = new Committer({ store, schedule: (run) => (start = run) });
        const settle = async (kind: 'pass' | 'abort') => {
          if (!model.inFlight) return;
          outcome = kind;
          held.open();
          while (store.inFlight > 0) await Promise.resolve();
          await new Promise((resolve) => setImmediate(resolve));
          if (kind === 'pass') for (const one of model.inFlight) model.apply(model.stored, one);
          else model.staged = [];
          model.inFlight = undefined;
        };
        for (const one of steps) {
          if (one.kind === 'stage') {
            committer.stage(one.writes);
            model.staged.push(...one.writes);
          } else if (one.kind === 'start' && !model.inFlight && model.staged.length > 0) {
            held = gate();
            store.script({
              kind: 'delay',
              until: held.until,
              get next() {
                return { kind: outcome };
              },
            });
            start?.();
            model.inFlight = model.staged;
            model.staged = [];
          } else if (one.kind === 'commit') await settle('pass');
          else if (one.kind === 'abort') await settle('abort');
          expect(read(committer.view)).toEqual(model.rows());
          const query = one.kind === 'range' ? one.query : { reverse: true };
          expect(read(committer.view, query)).toEqual(model.range(query));
          for (const [at, value] of model.rows())
            expect(committer.view.get('runs', at)).toBe(value);
        }
      }),
      { numRuns: 300 },
    );
  });
});
