// Sessions against a naive list of deadlines [C-7], [C-37].
import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { type Deadlines, Sessions } from '../../src/consumer/sessions.ts';

function earliestOf({ sessionMs, giveUpMs }: Deadlines): number {
  return Math.min(sessionMs, giveUpMs ?? sessionMs);
}

const stepArb = fc.record({
  isTouch: fc.boolean(),
  groupId: fc.integer({ min: 1, max: 3 }),
  memberId: fc.constantFrom('a', 'b', 'a/b'),
  timeMs: fc.integer({ min: 0, max: 50 }),
  limit: fc.integer({ min: 1, max: 4 }),
  confirmed: fc.boolean(),
  giveUpMs: fc.option(fc.integer({ min: 0, max: 50 }), { nil: undefined }),
});

it('knows whose time has come, as a list of deadlines does', () => {
  fc.assert(
    fc.property(fc.array(stepArb, { maxLength: 60 }), (steps) => {
      const sessions = new Sessions();
      const naive = new Map<string, Deadlines & { confirmed: boolean }>();
      for (const { isTouch, groupId, memberId, timeMs, limit, confirmed, giveUpMs } of steps) {
        const name = `${groupId} ${memberId}`;
        if (isTouch) {
          const deadlines = { sessionMs: timeMs, giveUpMs };
          sessions.touch(groupId, memberId, deadlines, { confirmed });
          naive.set(name, { ...deadlines, confirmed });
        } else {
          sessions.forget(groupId, memberId);
          naive.delete(name);
        }
        expect(sessions.get(groupId, memberId)?.confirmed).toBe(naive.get(name)?.confirmed);
        const known = sessions.deadlines(groupId, memberId);
        expect(known?.sessionMs).toBe(naive.get(name)?.sessionMs);
        expect(known?.giveUpMs).toBe(naive.get(name)?.giveUpMs);
        const all = [...sessions.all()].map((session) => `${session.groupId} ${session.memberId}`);
        expect(all.toSorted()).toEqual([...naive.keys()].toSorted());

        const due = sessions.due(25, limit).map((s) => `${s.groupId} ${s.memberId}`);
        const overdue = [...naive].filter(([, times]) => earliestOf(times) <= 25);
        expect(new Set(due).size).toBe(Math.min(limit, overdue.length));
        expect(overdue.map(([other]) => other)).toEqual(expect.arrayContaining(due));
        const deadlines = [...naive.values()].map(earliestOf);
        const earliest = deadlines.length === 0 ? undefined : Math.min(...deadlines);
        expect(sessions.nextDueMs()).toBe(earliest);
      }
    }),
  );
});
