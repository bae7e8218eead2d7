// broker-cli against a real broker: schedules.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  brokerAddress,
  cli,
  closeSession,
  failure,
  json,
  lines,
  openSession,
  runHere,
} from './support/cli-session.ts';

beforeAll(openSession);
afterAll(closeSession);

/** With words that have spaces in them. */
async function words(...argv: string[]) {
  return runHere(brokerAddress(), argv, '');
}

describe('broker-cli schedules', { timeout: 90_000 }, () => {
  it('create, tick, list, describe, pause, resume, delete', async () => {
    await json('topics create chores');
    const made = await json(
      'schedules create cleanup --topic chores --every 1s --value clean --key k --header kind=x',
    );
    expect(made).toMatchObject({ name: 'cleanup', created: true });
    const again = 'schedules create cleanup --topic chores --every 1s';
    expect((await failure(again)).exit).toBe(5);
    expect(await json(`${again} --if-not-exists`)).toEqual({ name: 'cleanup', created: false });
    const [record] = lines((await cli('consume chores --max 1 --json')).out);
    expect(record).toMatchObject({
      key: 'k',
      value: 'clean',
      timestampMs: made.nextAtMs,
      headers: {
        kind: 'x',
        'millrace-schedule': 'cleanup',
        'millrace-schedule-tick': String(made.nextAtMs),
      },
    });
    expect(await json('schedules pause cleanup')).toEqual({ name: 'cleanup', paused: true });
    expect((await cli('schedules list')).out).toMatch(/cleanup +chores +every 1s +paused/);
    const { schedules } = await json('schedules describe cleanup');
    expect(schedules).toMatchObject([
      { name: 'cleanup', everyMs: 1_000, cron: null, missed: 'one', paused: true, nextAtMs: null },
    ]);
    expect(schedules[0]).toMatchObject({ key: 'k', value: 'clean', headers: { kind: 'x' } });
    expect((await cli('schedules describe cleanup')).out).toContain('policy one');
    const resumed = await json('schedules resume cleanup');
    expect(resumed).toMatchObject({ name: 'cleanup', paused: false });
    expect(resumed.nextAtMs).toBeGreaterThan(made.nextAtMs);
    expect((await failure('schedules delete cleanup')).exit).toBe(2);
    expect(await json('schedules delete cleanup --yes')).toEqual({ deleted: ['cleanup'] });
    expect((await failure('schedules delete cleanup --yes')).exit).toBe(4);
    expect(await json('schedules delete cleanup --yes --if-exists')).toEqual({ deleted: [] });
    expect((await cli('schedules list')).out).toContain('No schedules');
  });

  it('take cron with a time zone, and refuse what is wrong with the reason', async () => {
    await json('topics create reports');
    const create = (...rest: string[]) =>
      words('schedules', 'create', 'report', '--topic', 'reports', '--json', ...rest);
    const bad = await create('--cron', '61 7 * * *');
    expect([bad.exit, JSON.parse(bad.err).error]).toMatchObject([2, { field: 'cron' }]);
    expect(JSON.parse(bad.err).error.message).toContain('61');
    const never = await create('--cron', '0 0 30 2 *');
    expect([never.exit, JSON.parse(never.err).error]).toMatchObject([2, { field: 'cron' }]);
    const nowhere = await create('--cron', '0 7 * * *', '--time-zone', 'Mars/Phobos');
    expect([nowhere.exit, JSON.parse(nowhere.err).error]).toMatchObject([2, { field: 'timeZone' }]);
    const made = await create('--cron', '0 7 * * MON-FRI', '--time-zone', 'Europe/Berlin');
    expect(made.exit).toBe(0);
    const nextAt = new Date(JSON.parse(made.out).nextAtMs);
    const there = nextAt.toLocaleString('en-GB', { timeZone: 'Europe/Berlin', timeStyle: 'short' });
    expect(there).toBe('07:00');
    expect((await cli('schedules list')).out).toContain('0 7 * * MON-FRI Europe/Berlin');
    expect((await failure('schedules create x --topic nowhere --every 1m')).exit).toBe(4);
    expect((await failure('schedules create x --topic reports --every 10ms')).exit).toBe(2);
    expect((await failure('schedules pause nothing')).exit).toBe(4);
  });
});
