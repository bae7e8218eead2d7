// The deadline queue against a naive one: a Map from id to time, searched whenever somebody asks what is due.
import { equal, ok } from 'node:assert/strict';
import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { DeadlineQueue } from '../../src/collections/deadline-queue.ts';

const id = fc.nat({ max: 60 });
const op = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({ kind: fc.constant('set' as const), id, timeMs: fc.nat({ max: 40 }) }),
  },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('delete' as const), id }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('due' as const),
      timeMs: fc.nat({ max: 40 }),
      limit: fc.integer({ min: 1, max: 70 }),
    }),
  },
);

it('knows what is due, as a list of deadlines does', () => {
  fc.assert(
    fc.property(fc.array(op, { maxLength: 300, size: 'max' }), (ops) => {
      const queue = new DeadlineQueue();
      const naive = new Map<number, number>();
      for (const step of ops) {
        if (step.kind === 'set') {
          queue.set(step.id, step.timeMs);
          naive.set(step.id, step.timeMs);
        } else if (step.kind === 'delete') {
          equal(queue.delete(step.id), naive.delete(step.id));
        } else {
          const all = [...naive].filter(([, timeMs]) => timeMs <= step.timeMs);
          const due = queue.due(step.timeMs, step.limit);
          equal(due.length, Math.min(all.length, step.limit));
          equal(new Set(due).size, due.length);
          for (const found of due) ok(all.some(([other]) => other === found));
        }
        queue.assertInvariants();
        expect(queue.size).toBe(naive.size);
        equal(queue.firstTime(), naive.size === 0 ? undefined : Math.min(...naive.values()));
        for (const [other, timeMs] of naive) equal(queue.timeOf(other), timeMs);
      }
    }),
    { numRuns: 100 },
  );
});
