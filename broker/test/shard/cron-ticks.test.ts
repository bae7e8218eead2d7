// Cron arithmetic as rule [S-4] states it: the library is trusted with calendars, not with what we promise.
import { MillraceError } from '@millrace/protocol';
import { describe, expect, it } from 'vitest';
import { cronTicks } from '../../src/shard/cron-ticks.ts';

function ticksOf(cron: string, timeZone: string | null) {
  const ticks = cronTicks(cron, timeZone);
  if (ticks instanceof MillraceError) throw ticks;
  return ticks;
}

/** The next ticks after a time, as UTC. */
function next(cron: string, timeZone: string | null, from: string, count: number): string[] {
  const ticks = ticksOf(cron, timeZone);
  const found: string[] = [];
  let at = Date.parse(from);
  while (found.length < count) {
    const tick = ticks.after(at);
    if (tick === null) break;
    found.push(new Date(tick).toISOString().replace(/(:00)?\.000Z$/, 'Z'));
    at = tick;
  }
  return found;
}

describe('cron expressions [S-4]', () => {
  it('have five fields, or six with seconds first', () => {
    const from = '2026-01-31T23:59:50.500Z';
    expect(next('* * * * *', null, from, 2)).toEqual(['2026-02-01T00:00Z', '2026-02-01T00:01Z']);
    expect(next('*/20 * * * * *', null, from, 3)).toEqual([
      '2026-02-01T00:00Z',
      '2026-02-01T00:00:20Z',
      '2026-02-01T00:00:40Z',
    ]);
    expect(next('0 9 * * MON-FRI', null, from, 2)).toEqual([
      '2026-02-02T09:00Z',
      '2026-02-03T09:00Z',
    ]);
  });

  it('mean either of day of month and day of week where both are given', () => {
    expect(next('0 0 13 * 5', null, '2026-01-05T00:00Z', 3)).toEqual([
      '2026-01-09T00:00Z',
      '2026-01-13T00:00Z',
      '2026-01-16T00:00Z',
    ]);
  });

  it('come on a leap day only in leap years', () => {
    expect(next('0 0 29 2 *', null, '2026-01-01T00:00Z', 2)).toEqual([
      '2028-02-29T00:00Z',
      '2032-02-29T00:00Z',
    ]);
  });

  it.each(['0 0 30 2 *', '0 0 31 4,6 *'])('never come: %s', (cron) => {
    expect(ticksOf(cron, 'Europe/Berlin').after(Date.UTC(2026, 0))).toBeNull();
  });

  it.each([
    '',
    'bad',
    '* * * *',
    '* * * * * * *',
    '60 * * * *',
    '* 24 * * *',
    '0 0 0 * *',
    '0 0 * 13 *',
    '*/0 * * * *',
    '5-1 * * * *',
    '@daily',
    '2030-01-01T00:00:00',
    '* * * * * FOO',
  ])('are refused with the reason: %j', (cron) => {
    const error = cronTicks(cron, null);
    expect(error).toMatchObject({ code: 'INVALID_REQUEST', detail: { field: 'cron' } });
    expect((error as MillraceError).message.length).toBeGreaterThan(20);
  });

  it.each(['', 'Mars/Phobos', '+02:00', 'Europe/Berlin; x', '\0'])(
    'are refused in a zone that is none: %j',
    (zone) => {
      const error = cronTicks('* * * * *', zone);
      expect(error).toMatchObject({ code: 'INVALID_REQUEST', detail: { field: 'timeZone' } });
    },
  );

  it('tick at the time of the zone', () => {
    expect(next('30 9 * * *', 'Asia/Kolkata', '2026-05-01T00:00Z', 1)).toEqual([
      '2026-05-01T04:00Z',
    ]);
  });
});

// Berlin: on 29 March 2026 02:00 becomes 03:00 (01:00Z); on 25 October 2026 03:00 becomes 02:00 (01:00Z).
describe('changes of the clocks [S-4]', () => {
  const SPRING = '2026-03-28T22:00Z';
  const AUTUMN = '2026-10-24T22:30Z';

  it('a time of the day that is left out ticks right after the gap', () => {
    expect(next('30 2 * * *', 'Europe/Berlin', SPRING, 2)).toEqual([
      '2026-03-29T01:00Z',
      '2026-03-30T00:30Z',
    ]);
    expect(next('30 2,14 * * *', 'Europe/Berlin', SPRING, 2)).toEqual([
      '2026-03-29T01:00Z',
      '2026-03-29T12:30Z',
    ]);
  });

  it('a time of the day that comes twice ticks once, the first time', () => {
    expect(next('30 2 * * *', 'Europe/Berlin', AUTUMN, 2)).toEqual([
      '2026-10-25T00:30Z',
      '2026-10-26T01:30Z',
    ]);
  });

  it('intervals go on as if nothing had been', () => {
    expect(next('*/30 * * * *', 'Europe/Berlin', '2026-03-29T00:15Z', 3)).toEqual([
      '2026-03-29T00:30Z',
      '2026-03-29T01:00Z',
      '2026-03-29T01:30Z',
    ]);
    expect(next('*/30 * * * *', 'Europe/Berlin', '2026-10-24T23:45Z', 5)).toEqual([
      '2026-10-25T00:00Z',
      '2026-10-25T00:30Z',
      '2026-10-25T01:00Z',
      '2026-10-25T01:30Z',
      '2026-10-25T02:00Z',
    ]);
  });

  it.each([
    ['30 2 * * *', 'Europe/Berlin', SPRING],
    ['30 2 * * *', 'Europe/Berlin', AUTUMN],
    ['*/20 * * * *', 'Australia/Lord_Howe', '2026-04-04T13:00Z'],
    ['15 2 * * *', 'Australia/Lord_Howe', '2026-10-02T13:00Z'],
    ['0 12 * * *', 'Pacific/Apia', '2011-12-28T00:00Z'],
    ['*/7 * * * * *', null, '2026-12-31T23:59:40Z'],
    ['0 0 1 * *', 'America/New_York', '2026-02-20T00:00Z'],
  ])('the last tick up to a time is the one that came before it: %s in %s', (cron, zone, from) => {
    const ticks = ticksOf(cron, zone);
    let at = ticks.after(Date.parse(from)) ?? Number.NaN;
    for (let i = 0; i < 20; i += 1) {
      const later = ticks.after(at) ?? Number.NaN;
      expect(later).toBeGreaterThan(at);
      expect(ticks.upTo(at)).toBe(at);
      expect(ticks.upTo(at + 1)).toBe(at);
      expect(ticks.upTo(later - 1)).toBe(at);
      at = later;
    }
  });

  it('there is no tick after the end of the calendar', () => {
    expect(ticksOf('* * * * *', null).after(Number.MAX_SAFE_INTEGER)).toBeNull();
  });
});
