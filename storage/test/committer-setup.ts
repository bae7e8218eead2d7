// A committer over a faulty store, and a note of everything it told.
import { Committer, type CommitterOptions } from '../src/committer.ts';
import type { PlainValue, StoreWrite } from '../src/contract.ts';
import { MemoryStore } from '../src/memory-store.ts';
import { FaultyStore } from '../src/testing/faulty-store.ts';

export const put = (offset: number, value: PlainValue = offset): StoreWrite => ({
  table: 'runs',
  key: [1, 1, 0, offset],
  value,
});
export const remove = (offset: number): StoreWrite => ({ ...put(offset), value: undefined });

export function setUp(options: Partial<CommitterOptions> = {}) {
  const inner = new MemoryStore();
  const store = new FaultyStore(inner);
  const events: string[] = [];
  const committer = new Committer({
    store,
    onCommitted: (seq) => events.push(`committed ${seq}`),
    onAborted: (error) => events.push(`aborted ${error.reason}`),
    onFatal: (error) => events.push(`fatal ${error.message}`),
    ...options,
  });
  /** Notes how the wait for `seq` ends. */
  const watch = (seq: number) =>
    committer.durable(seq).then(
      () => void events.push(`durable ${seq}`),
      (error: { code: string }) => void events.push(`${error.code} ${seq}`),
    );
  return { inner, store, committer, events, watch };
}

export const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

export const rowsOf = (writes: readonly StoreWrite[] | undefined): unknown[] =>
  (writes ?? []).map(({ key, value }) => [key[3], value]);
