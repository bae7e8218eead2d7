// What happens to a share partition in the property of purges: what may happen, and what once went wrong.
import * as fc from 'fast-check';

const rowsMax = fc.integer({ min: 1, max: 4 });
const op = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.tuple(fc.constant('append' as const), fc.integer({ min: 1, max: 6 })),
  },
  {
    weight: 6,
    arbitrary: fc.tuple(fc.constant('receive' as const), fc.integer({ min: 1, max: 7 })),
  },
  {
    weight: 6,
    arbitrary: fc.tuple(
      fc.constant('ack' as const),
      fc.nat({ max: 3 }),
      fc.constantFrom('accept' as const, 'release' as const, 'return' as const),
      fc.constantFrom(0, 500),
    ),
  },
  { weight: 2, arbitrary: fc.tuple(fc.constant('due' as const)) },
  { weight: 2, arbitrary: fc.tuple(fc.constant('putOff' as const), fc.nat({ max: 5 })) },
  {
    weight: 3,
    arbitrary: fc.tuple(fc.constant('purge' as const), fc.constantFrom(0, 2_000, 60_000)),
  },
  { weight: 3, arbitrary: fc.tuple(fc.constant('undo' as const), rowsMax, fc.boolean()) },
  { weight: 3, arbitrary: fc.tuple(fc.constant('sweep' as const), rowsMax) },
  { weight: 1, arbitrary: fc.tuple(fc.constant('retain' as const)) },
  { weight: 1, arbitrary: fc.tuple(fc.constant('remove' as const), rowsMax) },
  { weight: 2, arbitrary: fc.tuple(fc.constant('restart' as const)) },
);
export const steps = fc.array(op, { minLength: 8, maxLength: 60, size: 'max' });
export const orderings = fc.constantFrom<('none' | 'key')[]>('none', 'key');
export type Op = typeof op extends fc.Arbitrary<infer T> ? T : never;

/** The log loses a purged message that had been put off before the cursor reached it; then the purge is undone. */
export const PUT_OFF_PURGED_LOST_AND_UNDONE: Op[] = [
  ['append', 1],
  ['due'],
  ['due'],
  ['due'],
  ['putOff', 0],
  ['due'],
  ['due'],
  ['due'],
  ['append', 1],
  ['purge', 60_000],
  ['retain'],
  ['undo', 1, false],
];
