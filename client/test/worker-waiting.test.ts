// Messages that wait by key, against a naive list: over any pushes, takes, ends and drains.
import { deepEqual, equal, ok } from 'node:assert/strict';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { HeldMessage } from '../src/queue/lease.ts';
import { WaitingByKey } from '../src/worker/waiting.ts';

type Held = HeldMessage<number>;
type Step =
  | { readonly do: 'push'; readonly key: number | null; readonly far: number }
  | { readonly do: 'take'; readonly max: number; readonly isStale: boolean }
  | { readonly do: 'end' | 'fail'; readonly which: number }
  | { readonly do: 'drain' };

const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    {
      weight: 6,
      arbitrary: fc.record({
        do: fc.constant('push' as const),
        key: fc.option(fc.nat(3)),
        far: fc.nat(3),
      }),
    },
    {
      weight: 4,
      arbitrary: fc.record({
        do: fc.constant('take' as const),
        max: fc.integer({ min: 1, max: 4 }),
        isStale: fc.boolean(),
      }),
    },
    {
      weight: 4,
      arbitrary: fc.record({
        do: fc.constantFrom('end' as const, 'fail' as const),
        which: fc.nat(9),
      }),
    },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('drain' as const) }) },
  ),
  { maxLength: 60 },
);

const lease = { topicId: 1 };

function messageOf(offset: number, key: number | null): Held {
  const keyName = key === null ? null : `${key}`;
  return { offset, partition: 0, keyName, lease } as unknown as Held;
}

const keyOf = ({ keyName }: Held) => keyName;

class Naive {
  waiting: Held[] = [];
  calls: Held[][] = [];

  isBusy(message: Held): boolean {
    const key = keyOf(message);
    return key !== null && this.calls.flat().some((running) => keyOf(running) === key);
  }

  runnable(): Held[] {
    return this.waiting.filter((message) => !this.isBusy(message));
  }

  /** Lines of messages that could begin now. */
  lines(): number {
    const free = this.runnable();
    const keys = new Set(free.map(keyOf).filter((key) => key !== null));
    return keys.size + free.filter((message) => keyOf(message) === null).length;
  }

  forget(messages: readonly Held[]): void {
    this.waiting = this.waiting.filter((message) => !messages.includes(message));
  }
}

function run(all: readonly Step[]): void {
  const real = new WaitingByKey<number>();
  const naive = new Naive();
  let offset = 0;
  for (const step of all) {
    if (step.do === 'push') {
      // Not in the order of the log: what failed before comes again.
      const message = messageOf((offset + step.far * 37) % 1_000, step.key);
      offset += 1;
      real.push([message]);
      naive.waiting.push(message);
    } else if (step.do === 'take') {
      const could = naive.runnable();
      const stale: Held[] = [];
      const taken = real.take(step.max, (message) => {
        if (step.isStale && message.offset % 3 === 0) stale.push(message);
        return !stale.includes(message);
      });
      naive.forget([...stale, ...taken]);
      ok(taken.every((message) => could.includes(message)));
      // Fewer than asked for only where nothing is left that may run.
      if (taken.length < step.max) {
        deepEqual(
          naive.runnable().filter((m) => !taken.some((t) => keyOf(t) === keyOf(m))),
          [],
        );
      }
      for (const message of taken) {
        const left = could.filter((m) => keyOf(m) === keyOf(message) && naive.waiting.includes(m));
        ok(keyOf(message) === null || left.every((m) => could.indexOf(m) > could.indexOf(message)));
      }
      if (taken.length > 0) naive.calls.push(taken);
    } else if (step.do === 'drain') {
      deepEqual(
        real.drain(),
        naive.waiting.toSorted((a, b) => a.offset - b.offset),
      );
      naive.waiting = [];
    } else if (naive.calls.length > 0) {
      const [call] = naive.calls.splice(step.which % naive.calls.length, 1) as [Held[]];
      const [first] = call as [Held];
      if (step.do === 'fail') {
        const behind = naive.waiting.filter(
          (m) => keyOf(first) !== null && keyOf(m) === keyOf(first) && m.offset > first.offset,
        );
        deepEqual(real.takeBehind(first), behind);
        naive.forget(behind);
      }
      real.ended(call);
    }
    equal(real.length, naive.waiting.length);
    equal(real.runnable(true), naive.runnable().length);
    equal(real.runnable(false), naive.lines());
  }
}

describe('waiting by key', () => {
  it('is what a naive list says', () => {
    expect(() => fc.assert(fc.property(steps, run), { numRuns: 2_000 })).not.toThrow();
  });

  it('keeps a key that runs however many others have come and gone', () => {
    const waiting = new WaitingByKey<number>();
    const isOurs = () => true;
    waiting.push([messageOf(0, 0)]);
    const first = waiting.take(1, isOurs);
    for (let key = 1; key <= 25_000; key += 1) {
      waiting.push([messageOf(key, key)]);
      waiting.ended(waiting.take(1, isOurs));
    }
    const second = messageOf(25_001, 0);
    waiting.push([second]);
    expect(waiting.take(1, isOurs)).toEqual([]);
    waiting.ended(first);
    expect(waiting.take(1, isOurs)).toEqual([second]);
  });

  it('keeps no long key whose messages have ended', () => {
    const waiting = new WaitingByKey<number>();
    const { lines } = waiting as unknown as { lines: ReadonlyMap<string, unknown> };
    const long = (offset: number) =>
      ({ offset, partition: 0, keyName: 'k'.repeat(10_000), lease }) as unknown as Held;
    waiting.push([long(0), long(1), messageOf(2, 2)]);
    const first = waiting.take(1, () => true);
    waiting.ended(first);
    const [third, second] = [waiting.take(1, () => true), waiting.take(1, () => true)];
    expect([...first, ...second, ...third].map(({ offset }) => offset)).toEqual([0, 1, 2]);
    expect(lines.size).toBe(2);
    waiting.ended(second);
    waiting.ended(third);
    expect([...lines.keys()]).toEqual(['2']);
    // One that is passed over has ended too.
    waiting.push([long(3)]);
    expect(waiting.take(1, () => false)).toEqual([]);
    expect(lines.size).toBe(1);
  });
});
