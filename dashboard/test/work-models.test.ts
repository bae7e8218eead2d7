// What views of work make of replies, without a browser: groups of letters, what changes, what a reset means, schedules as
// forms have them.
import { describe, expect, it } from 'vitest';
import type { LetterGroup, Schedule, Task } from '../src/api/work-shapes.ts';
import {
  filterOfGroup,
  mergeGroups,
  originKey,
  rangesOf,
} from '../src/views/dead-letters/letter-groups.ts';
import { diffLines, hasLargeNumbers, jsonFault } from '../src/views/dead-letters/text-diff.ts';
import { effectOf, resetPlaceOf, resetTotals } from '../src/views/groups/reset-plan.ts';
import {
  NEW_SCHEDULE,
  scheduleRequest,
  settingsKey,
  timingText,
  valuesOf,
} from '../src/views/schedules/schedule-form.ts';
import { outcomeText, partDone, whichText } from '../src/views/tasks/task-text.ts';

const ORIGIN = { reason: 'rejected', queue: 'mails', topic: 'mails', error: 'no such address' };

function group(change: Partial<LetterGroup> = {}): LetterGroup {
  const example = { exampleId: 'x', examplePartition: 0, exampleOffset: 1 };
  return { ...ORIGIN, count: 2, firstMs: 10, lastMs: 20, ...example, ...change };
}

describe('groups of dead letters', () => {
  it('add up over pages, the largest first, with the widest times', () => {
    const other = group({ error: null, count: 5 });
    const merged = mergeGroups([group()], [group({ count: 4, firstMs: 5, lastMs: null }), other]);
    expect(
      merged.map(({ error, count, firstMs, lastMs }) => [error, count, firstMs, lastMs]),
    ).toStrictEqual([
      ['no such address', 6, 5, 20],
      [null, 5, 10, 20],
    ]);
  });

  it('are told apart by each of their four names', () => {
    const keys = [{}, { reason: 'expired' }, { queue: 'x' }, { topic: 'x' }, { error: null }];
    expect(new Set(keys.map((change) => originKey({ ...ORIGIN, ...change }))).size).toBe(
      keys.length,
    );
  });

  it('have a filter that means them alone, or none', () => {
    const place = { reason: 'rejected', failedGroup: 'mails', sourceTopic: 'mails' };
    expect(filterOfGroup(ORIGIN)).toStrictEqual({ ...place, error: 'no such address' });
    expect(filterOfGroup({ ...ORIGIN, error: null })).toStrictEqual({ ...place, error: '' });
    expect(filterOfGroup({ ...ORIGIN, queue: null })).toBe(undefined);
  });

  it('become ranges of neighbours where letters are picked', () => {
    const at = (partition: number, offset: number) => ({ partition, offset });
    expect(rangesOf([at(1, 4), at(0, 3), at(0, 2), at(0, 9), at(1, 5)])).toStrictEqual([
      { partition: 0, firstOffset: 2, lastOffset: 3 },
      { partition: 0, firstOffset: 9, lastOffset: 9 },
      { partition: 1, firstOffset: 4, lastOffset: 5 },
    ]);
  });
});

describe('what changes in a text', () => {
  it('is told line by line', () => {
    const lines = diffLines('{\n  "a": 1,\n  "b": 2\n}', '{\n  "a": 1,\n  "b": 3\n}');
    expect(lines.map(({ kind }) => kind)).toStrictEqual(['same', 'same', 'gone', 'new', 'same']);
    const rebuilt = lines.filter(({ kind }) => kind !== 'gone').map(({ text }) => text);
    expect(rebuilt.join('\n')).toBe('{\n  "a": 1,\n  "b": 3\n}');
  });

  it('is all of it where the texts are too long to compare', () => {
    const long = Array.from({ length: 3_000 }, (_, n) => `line ${n}`).join('\n');
    expect(diffLines(long, `${long}\nmore`).length).toBe(6_001);
  });

  it('has to be JSON, with numbers that a browser can hold', () => {
    expect(jsonFault('{"a": [1, null]}')).toBe(undefined);
    expect(jsonFault('{"a": }') ?? '').toMatch(/^This is no JSON/);
    expect(hasLargeNumbers({ a: [{ b: Number.MAX_SAFE_INTEGER + 2 }] })).toBe(true);
    expect(hasLargeNumbers({ a: [{ b: Number.MAX_SAFE_INTEGER }], c: '99999999999999999' })).toBe(
      false,
    );
  });
});

describe('a reset', () => {
  it('goes where the form says, or nowhere', () => {
    expect(resetPlaceOf('earliest', '')).toBe('earliest');
    expect(resetPlaceOf('durationMs', '1.5')).toStrictEqual({ durationMs: 90_000 });
    expect(resetPlaceOf('shiftBy', '-20')).toStrictEqual({ shiftBy: -20 });
    expect(resetPlaceOf('timestampMs', '2026-01-01T00:00:00Z')).toStrictEqual({
      timestampMs: 1_767_225_600_000,
    });
    for (const [kind, text] of [
      ['offset', '-1'],
      ['offset', ''],
      ['shiftBy', '1.5'],
      ['durationMs', 'x'],
      ['timestampMs', 'soon'],
      ['elsewhere', '1'],
    ] as const) {
      expect(resetPlaceOf(kind, text)).toBe(undefined);
    }
  });

  it('reads again or skips, a partition and in all', () => {
    const row = (before: number | null, offset: number) => {
      const change = before === null ? null : offset - before;
      return { topic: 't', partition: 0, before, offset, change, lag: 100 - offset };
    };
    expect(effectOf(row(50, 20))).toStrictEqual({ again: 30, skipped: 0 });
    expect(effectOf(row(50, 90))).toStrictEqual({ again: 0, skipped: 40 });
    expect(effectOf(row(null, 90))).toStrictEqual({ again: 0, skipped: 0 });
    const totals = resetTotals([row(50, 20), row(50, 90), row(5, 5), row(null, 0)]);
    expect(totals).toStrictEqual({ again: 30, skipped: 40, moved: 3, lag: 80 + 10 + 95 + 100 });
  });
});

describe('a schedule', () => {
  const listed: Schedule = {
    name: 's',
    topic: 't',
    cron: null,
    everyMs: 5_400_000,
    timeZone: null,
    missed: 'all',
    paused: false,
    createdAtMs: 1,
    nextAtMs: 2,
    lastAtMs: null,
    sent: 0,
    missedTicks: 0,
    error: null,
    message: { key: 'k', headers: { h: 'v' }, payload: { a: 1 } },
  };

  it('goes through its form unchanged', () => {
    const again = scheduleRequest(valuesOf(listed), listed.message);
    const same = { name: 's', topic: 't', everyMs: 5_400_000, missed: 'all', key: 'k' };
    expect(again).toStrictEqual({ ...same, headers: { h: 'v' }, payloadText: '{\n  "a": 1\n}' });
    const daily = { ...listed, everyMs: null, cron: '0 7 * * *', timeZone: 'Europe/Berlin' };
    const { cron, timeZone, everyMs } = scheduleRequest(valuesOf(daily));
    expect([cron, timeZone, everyMs]).toStrictEqual(['0 7 * * *', 'Europe/Berlin', undefined]);
  });

  it('keeps what its form cannot show: a key and headers that are no text', () => {
    const message = { keyBase64: '/w==', headersBase64: { h: '/g==' }, payload: 1, key: null };
    const again = scheduleRequest(valuesOf({ ...listed, message }), message);
    expect(again.keyBase64).toEqual('/w==');
    expect(again.headersBase64).toEqual({ h: '/g==' });
    const { key, keyBase64 } = scheduleRequest({ ...valuesOf(listed), key: 'new' }, message);
    expect([key, keyBase64]).toEqual(['new', undefined]);
  });

  it('is another once somebody has changed it, not once it has ticked', () => {
    const ticked = { ...listed, sent: 3, lastAtMs: 5, nextAtMs: 6, paused: true };
    expect(settingsKey(ticked)).toEqual(settingsKey(listed));
    for (const change of [{ topic: 'u' }, { everyMs: 1_000 }, { message: { key: null } }]) {
      expect(settingsKey({ ...listed, ...change })).not.toBe(settingsKey(listed));
    }
  });

  it('is said in the largest unit that fits', () => {
    expect(timingText(listed)).toBe('every 90 min');
    expect(timingText({ ...listed, everyMs: 172_800_000 })).toBe('every 2 d');
    expect(timingText({ ...listed, everyMs: 1_500 })).toBe('every 1.5 s');
    expect(timingText({ ...listed, cron: '* * * * *' })).toBe('* * * * *, UTC');
  });

  it('says which field is missing', () => {
    expect(() => scheduleRequest(NEW_SCHEDULE)).toThrow(expect.objectContaining({ field: 'name' }));
    expect(() => scheduleRequest({ ...NEW_SCHEDULE, name: 'a' })).toThrow(
      expect.objectContaining({ field: 'topic' }),
    );
    const named = { ...NEW_SCHEDULE, name: 'a', topic: 't', every: '' };
    expect(() => scheduleRequest(named)).toThrow(expect.objectContaining({ field: 'every' }));
  });
});

describe('a task', () => {
  const nothing = { partition: null, fromOffset: null, toOffset: null, fromMs: null, toMs: null };
  const all = { ...nothing, reason: null, failedGroup: null, sourceTopic: null };
  const task: Task = {
    taskId: 1,
    kind: 'redrive',
    state: 'running',
    topic: 'a.dlq',
    group: 'a.dlq',
    target: null,
    filter: { ...all, error: null, among: null },
    ratePerSecond: 0,
    dryRun: false,
    total: 10,
    scanned: 5,
    moved: 1,
    skipped: 3,
    failed: 1,
    startedAtMs: 1,
    endedAtMs: null,
    error: null,
  };

  it('says which letters it takes and what came of them', () => {
    expect(whichText(task)).toBe('all letters');
    const among = [{ partition: 0, firstOffset: 2, lastOffset: 4 }];
    const picked = { ...task, filter: { ...task.filter, error: '', among } };
    expect(whichText(picked)).toBe('without an error, 3 picked one by one');
    expect(outcomeText(task)).toBe('1 letter moved, 3 left where they are, 1 could not be moved');
    expect(outcomeText({ ...task, dryRun: true, skipped: 0, failed: 0 })).toBe(
      '1 letter would move',
    );
  });

  it('is half done, or done', () => {
    expect(partDone(task)).toBe(0.5);
    expect(partDone({ ...task, total: 0 })).toBe(0);
    expect(partDone({ ...task, total: 0, state: 'completed' })).toBe(1);
  });
});
