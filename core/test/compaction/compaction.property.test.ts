// Random appends, deletes, time, restarts, retention and DeleteRecords between any two slices of compaction, against a list
// of all that was ever appended: nothing that should be there is missing, and nothing comes back.
import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { createShardState, loadShardState } from '../../src/index.ts';
import { ops, TableWorld } from './table-world.ts';

it('keeps the newest record of each key, over restarts between any two slices [G-40]-[G-46]', () => {
  const steps = fc.array(fc.tuple(ops, fc.nat({ max: 100 }), fc.integer({ min: -9_000, max: 9 })), {
    maxLength: 40,
  });
  const property = fc.property(
    steps,
    fc.boolean(),
    fc.constantFrom(2, 1_000),
    (list, isRetained, keysMax) => {
      const world = new TableWorld(isRetained, keysMax);
      for (const [op, part, byMs] of list) {
        world.run(op);
        world.check();
        world.checkReading(part, world.machine.nowMs + byMs);
        const loaded = createShardState();
        loadShardState(loaded, world.machine.view);
        const [kept] = [...world.machine.state.logs.written.values()];
        const [anew] = [...loaded.logs.written.values()];
        expect(anew?.segments).toEqual(kept?.segments);
        expect([anew?.bytes, anew?.flaggedEnd]).toEqual([kept?.bytes, kept?.flaggedEnd]);
      }
      world.checkAtRest();
    },
  );
  fc.assert(property, { numRuns: 300 });
});
