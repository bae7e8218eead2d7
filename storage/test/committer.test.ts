import { describe, expect, it } from 'vitest';
import type { CommitStats } from '../src/committer.ts';
import type { StoreWrite } from '../src/contract.ts';
import { gate } from '../src/testing/faulty-store.ts';
import { put, remove, rowsOf, setUp, turn } from './committer-setup.ts';

describe('the committer', () => {
  it('puts all stages of a turn in one commit', async () => {
    const { committer, store, events, watch } = setUp();
    const first = watch(committer.stage([put(1)]));
    await Promise.resolve();
    const second = watch(committer.stage([put(2), put(3)]));
    expect(committer.durableSeq).toBe(0);
    await Promise.all([first, second]);
    expect(store.commits.map(rowsOf)).toEqual([
      [
        [1, 1],
        [2, 2],
        [3, 3],
      ],
    ]);
    expect(committer.durableSeq).toBe(2);
    expect(events).toEqual(['committed 2', 'durable 1', 'durable 2']);
  });

  it('counts its sequences, and stages nothing for nothing', () => {
    const { committer } = setUp();
    expect(committer.stage([])).toBe(0);
    expect(committer.stage([put(1)])).toBe(1);
    expect(committer.stage([])).toBe(1);
    expect(committer.stage([put(1)])).toBe(2);
    expect(committer.lastStagedSeq).toBe(2);
    expect(() => committer.durable(3)).toThrow('staged');
  });

  it('writes a key once a commit, the last value wins', async () => {
    const { committer, store, inner } = setUp();
    committer.stage([put(1, 'a'), put(1, 'b')]);
    committer.stage([put(2, 'a'), remove(1)]);
    await committer.durable(committer.stage([put(1, 'c'), remove(2)]));
    expect(store.commits.map(rowsOf)).toEqual([
      [
        [1, 'c'],
        [2, undefined],
      ],
    ]);
    expect([...inner.range('runs', {})]).toEqual([[[1, 1, 0, 1], 'c']]);
  });

  it('hands over the next commit only after the last has committed', async () => {
    const { committer, store, events, watch } = setUp();
    const gates = [gate(), gate()];
    for (const { until } of gates) store.script({ kind: 'delay', until });
    const first = watch(committer.stage([put(1)]));
    await turn();
    const rest = [watch(committer.stage([put(2)]))];
    await turn();
    rest.push(watch(committer.stage([put(3)])));
    await turn();
    expect(store.commits).toHaveLength(1);
    gates[0]?.open();
    await first;
    expect(events).toEqual(['committed 1', 'durable 1']);
    await turn();
    expect(store.commits.map(rowsOf)).toEqual([
      [[1, 1]],
      [
        [2, 2],
        [3, 3],
      ],
    ]);
    expect(store.inFlight).toBe(1);
    gates[1]?.open();
    await Promise.all(rest);
    expect(events.slice(2)).toEqual(['committed 3', 'durable 2', 'durable 3']);
  });

  it('resolves at once what is durable', async () => {
    const { committer } = setUp();
    await committer.durable(0);
    await committer.durable(committer.stage([put(1)]));
    expect(await committer.durable(1)).toBeUndefined();
    expect(await committer.durable(0)).toBeUndefined();
  });

  it('tells what was committed', async () => {
    const stats: CommitStats[] = [];
    let nowMs = 100;
    const { committer, store } = setUp({ onStats: (one) => stats.push(one), nowMs: () => nowMs });
    const { until, open } = gate();
    store.script({ kind: 'delay', until });
    committer.stage([put(1)]);
    committer.stage([{ table: 'batches', key: [1, 0, 0], value: new Uint8Array(5_000) }]);
    const durable = committer.durable(committer.stage([put(1)]));
    await turn();
    nowMs = 102;
    open();
    await durable;
    expect(stats).toEqual([{ stages: 3, writes: 2, bytes: 5_256, latencyMs: 2 }]);
  });

  it('refuses a stage with a bad key as a whole', async () => {
    const { committer, store } = setUp();
    expect(() => committer.stage([put(1), put(-1)])).toThrow('key');
    expect(committer.view.get('runs', [1, 1, 0, 1])).toBeUndefined();
    await committer.durable(committer.stage([put(2)]));
    expect(store.commits.map(rowsOf)).toEqual([[[2, 2]]]);
  });

  it('starts a commit by the schedule it is given', async () => {
    const starts: (() => void)[] = [];
    const { committer, store } = setUp({ schedule: (start) => starts.push(start) });
    committer.stage([put(1)]);
    committer.stage([put(2)]);
    await turn();
    expect(store.commits).toHaveLength(0);
    expect(starts).toHaveLength(1);
    starts[0]?.();
    await committer.durable(2);
    expect(store.commits).toHaveLength(1);
    expect(starts).toHaveLength(1);
  });

  it('drains what is staged and in flight', async () => {
    const { committer, store } = setUp();
    await committer.drain();
    committer.stage([put(1)]);
    await turn();
    committer.stage([put(2)]);
    await committer.drain();
    expect(committer.durableSeq).toBe(2);
    store.script({ kind: 'abort' });
    committer.stage([put(3)]);
    await committer.drain();
    expect(committer.view.get('runs', [1, 1, 0, 3])).toBeUndefined();
  });
});

describe('backpressure', () => {
  it.each([
    ['writes', { stagedWritesMax: 2 }, (i: number) => put(i)],
    [
      'bytes',
      { stagedBytesMax: 2_000 },
      (i: number): StoreWrite => ({
        table: 'batches',
        key: [1, 0, i],
        value: new Uint8Array(1_000),
      }),
    ],
  ])('says it is full by %s, and when there is room', async (_, limits, write) => {
    const { committer, store, events } = setUp(limits);
    const { until, open } = gate();
    store.script({ kind: 'delay', until });
    committer.stage([write(1)]);
    expect(committer.isFull).toBe(false);
    await committer.whenRoom();
    await turn();
    committer.stage([write(2)]);
    committer.stage([write(2)]);
    expect(committer.isFull).toBe(false);
    committer.stage([write(3)]);
    expect(committer.isFull).toBe(true);
    const room = committer.whenRoom().then(() => events.push(`room ${store.commits.length}`));
    // Staging is never refused: what must not wait does not.
    committer.stage([write(4)]);
    await turn();
    expect(events).toEqual([]);
    open();
    await room;
    expect(events).toEqual(['committed 1', 'room 2']);
    expect(committer.isFull).toBe(false);
    await committer.drain();
    expect(store.commits.map((commit) => commit.length)).toEqual([1, 3]);
  });

  it('ends for those who wait when everything is aborted', async () => {
    const { committer, store } = setUp({ stagedWritesMax: 1 });
    const { until, open } = gate();
    store.script({ kind: 'delay', until, next: { kind: 'abort' } });
    committer.stage([put(1)]);
    await turn();
    committer.stage([put(2)]);
    const room = committer.whenRoom();
    open();
    await room;
    expect(committer.isFull).toBe(false);
  });
});
