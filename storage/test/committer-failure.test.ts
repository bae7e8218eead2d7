import { describe, expect, it } from 'vitest';
import { Committer } from '../src/committer.ts';
import { MemoryStore } from '../src/memory-store.ts';
import { FaultyStore, gate } from '../src/testing/faulty-store.ts';
import { put, setUp, turn } from './committer-setup.ts';

describe('an aborted commit', () => {
  it('fails everything staged since, drops it, and tells the owner first', async () => {
    const { committer, store, events, watch } = setUp();
    await watch(committer.stage([put(1)]));
    const { until, open } = gate();
    store.script({ kind: 'delay', until, next: { kind: 'abort', reason: 'full' } });
    const waits = [watch(committer.stage([put(2)]))];
    await turn();
    waits.push(watch(committer.stage([put(3), put(1, 'new')])));
    expect(committer.view.get('runs', [1, 1, 0, 1])).toBe('new');
    open();
    await Promise.all(waits);
    expect(events.slice(2)).toEqual(['aborted full', 'COMMIT_ABORTED 2', 'COMMIT_ABORTED 3']);
    expect([...committer.view.range('runs', {})]).toEqual([[[1, 1, 0, 1], 1]]);
    expect(store.commits).toHaveLength(2);
  });

  it('leaves a committer that works', async () => {
    const { committer, store, inner, events, watch } = setUp();
    store.script({ kind: 'abort' });
    await watch(committer.stage([put(1)]));
    await watch(committer.stage([put(2)]));
    expect(events).toEqual(['aborted io', 'COMMIT_ABORTED 1', 'committed 3', 'durable 3']);
    expect([...inner.range('runs', {})]).toEqual([[[1, 1, 0, 2], 2]]);
  });

  it('is remembered: who asks late is told, and the newest sequence is durable', async () => {
    const { committer, store } = setUp();
    store.script({ kind: 'pass' }, { kind: 'abort' });
    await committer.durable(committer.stage([put(1)]));
    const lost = committer.stage([put(2)]);
    await committer.drain();
    // What is read now shows nothing that could get lost.
    await committer.durable(committer.lastStagedSeq);
    const later = committer.stage([put(3)]);
    await committer.durable(later);
    await committer.durable(1);
    await expect(committer.durable(lost)).rejects.toMatchObject({ code: 'COMMIT_ABORTED' });
  });

  it('lets the owner stage while it loads its memory anew', async () => {
    const inner = new MemoryStore();
    const store = new FaultyStore(inner);
    store.script({ kind: 'abort' });
    let staged = 0;
    const committer: Committer = new Committer({
      store,
      onAborted: () => {
        expect(committer.view.get('runs', [1, 1, 0, 1])).toBeUndefined();
        staged = committer.stage([put(9)]);
      },
    });
    await expect(committer.durable(committer.stage([put(1)]))).rejects.toThrow('script');
    await committer.durable(staged);
    expect([...inner.range('runs', {})]).toEqual([[[1, 1, 0, 9], 9]]);
  });

  it('is no unhandled rejection when nobody waits', async () => {
    const { committer, store } = setUp();
    store.script({ kind: 'abort' });
    committer.stage([put(1)]);
    await turn();
    await turn();
    store.script({ kind: 'abort' });
    void committer.durable(committer.stage([put(2)]));
    await turn();
    await turn();
    expect(committer.durableSeq).toBe(committer.lastStagedSeq);
  });

  it('comes of a row that cannot be stored', async () => {
    const { committer, events, watch } = setUp();
    await watch(committer.stage([put(1, 2 ** 60)]));
    expect(events).toEqual(['aborted invalid', 'COMMIT_ABORTED 1']);
  });
});

describe('a commit whose flush is unknown', () => {
  it.each([true, false])('acknowledges nothing ever after, applied: %s', async (applied) => {
    const { committer, store, events, watch } = setUp({ stagedWritesMax: 1 });
    await watch(committer.stage([put(1)]));
    const { until, open } = gate();
    store.script({ kind: 'delay', until, next: { kind: 'flushUnknown', applied } });
    const waits = [watch(committer.stage([put(2)]))];
    await turn();
    waits.push(watch(committer.stage([put(3)])));
    const room = committer.whenRoom();
    open();
    await Promise.all(waits);
    await expect(room).rejects.toMatchObject({ code: 'FLUSH_UNKNOWN' });
    await watch(committer.stage([put(4)]));
    await watch(1);
    await expect(committer.drain()).rejects.toMatchObject({ code: 'FLUSH_UNKNOWN' });
    expect(store.commits).toHaveLength(2);
    expect(committer.durableSeq).toBe(1);
    expect(events.slice(2)).toEqual([
      'fatal the flush failed by the script',
      'FLUSH_UNKNOWN 2',
      'FLUSH_UNKNOWN 3',
      'FLUSH_UNKNOWN 4',
      'durable 1',
    ]);
  });

  it('is what an error of another kind means', async () => {
    const { committer, store, events, watch } = setUp();
    store.commit = async () => {
      throw new TypeError('no such thing');
    };
    await watch(committer.stage([put(1)]));
    expect(events).toEqual(['fatal a commit failed in an unknown way', 'FLUSH_UNKNOWN 1']);
  });
});
