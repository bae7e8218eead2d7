// Sessions against a naive list of deadlines [C-7].
import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { Sessions } from '../../src/consumer/sessions.ts';

const stepArb = fc.record({
  isTouch: fc.boolean(),
  groupId: fc.integer({ min: 1, max: 3 }),
  memberId: fc.constantFrom('a', 'b', 'a/b'),
  timeMs: fc.integer({ min: 0, max: 50 }),
  limit: fc.integer({ min: 1, max: 4 }),
  confirmed: fc.boolean(),
});

it('knows whose time has come, as a list of deadlines does', () => {
  fc.assert(
    fc.property(fc.array(stepArb, { maxLength: 60 }), (steps) => {
      const sessions = new Sessions();
      const naive = new Map<string, { deadlineMs: number; confirmed: boolean }>();
      for (const { isTouch, groupId, memberId, timeMs, limit, confirmed } of steps) {
        const name = `${groupId} ${memberId}`;
        if (isTouch) {
          sessions.touch(groupId, memberId, timeMs, confirmed);
          naive.set(name, { deadlineMs: timeMs, confirmed });
        } else {
          sessions.forget(groupId, memberId);
          naive.delete(name);
        }
        expect(sessions.get(groupId, memberId)?.confirmed).toBe(naive.get(name)?.confirmed);
        expect(sessions.deadlineMs(groupId, memberId)).toBe(naive.get(name)?.deadlineMs);
        const all = [...sessions.all()].map((session) => `${session.groupId} ${session.memberId}`);
        expect(all.toSorted()).toEqual([...naive.keys()].toSorted());

        const due = sessions.due(25, limit).map((s) => `${s.groupId} ${s.memberId}`);
        const overdue = [...naive].filter(([, { deadlineMs }]) => deadlineMs <= 25);
        expect(new Set(due).size).toBe(Math.min(limit, overdue.length));
        expect(overdue.map(([other]) => other)).toEqual(expect.arrayContaining(due));
        const deadlines = [...naive.values()].map(({ deadlineMs }) => deadlineMs);
        const earliest = deadlines.length === 0 ? undefined : Math.min(...deadlines);
        expect(sessions.nextDueMs()).toBe(earliest);
      }
    }),
  );
});
