// Handlers side by side, whatever the keys, the times and the number of handlers.
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Ordering } from '../src/index.ts';
import { eventually } from './support/eventually.ts';
import { keyed, pause, setup } from './support/group-setup.ts';

describe('handlers side by side', () => {
  it('run each message once and each key in order, and commits are never ahead', async () => {
    const job = fc.record({ key: fc.constantFrom('a', 'b', 'c', null), ms: fc.nat(3) });
    await fc.assert(
      fc.asyncProperty(
        fc.array(job, { minLength: 1, maxLength: 40 }),
        fc.integer({ min: 1, max: 8 }),
        fc.constantFrom<Ordering>('key', 'none', 'partition'),
        async (jobs, concurrency, ordering) => {
          const { consumer, log, group, client } = await setup({ commitIntervalMs: 1 });
          log.append('t', 0, keyed(jobs.map(({ key }) => key)));
          const done = new Set<number>();
          const begun: number[] = [];
          const busy = new Set<string>();
          let running = 0;
          const run = consumer.run({
            concurrency,
            ordering,
            eachMessage: async ({ offset, key }) => {
              running += 1;
              expect(running).toBeLessThanOrEqual(ordering === 'partition' ? 1 : concurrency);
              const isAlone = key === null || ordering !== 'key' || !busy.has(key);
              expect(isAlone).toBe(true);
              if (key !== null) busy.add(key);
              begun.push(offset);
              await pause(jobs[offset]?.ms ?? 0);
              for (let at = 0; at < (group.committed() ?? 0); at += 1) {
                expect(done.has(at)).toBe(true);
              }
              done.add(offset);
              if (key !== null) busy.delete(key);
              running -= 1;
            },
          });
          run.catch(() => {});
          await eventually(() => group.committed() === jobs.length);
          await consumer.close();
          await run;
          await client.close();
          expect(begun.length).toBe(jobs.length);
          const keys = ordering === 'none' ? [] : ['a', 'b', 'c'];
          const byKey = keys.map((of) => begun.filter((offset) => jobs[offset]?.key === of));
          expect(byKey).toEqual(byKey.map((of) => of.toSorted((x, y) => x - y)));
        },
      ),
      { numRuns: 25, seed: 7 },
    );
  });
});
