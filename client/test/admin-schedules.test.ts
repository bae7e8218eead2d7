// Schedules from the client: what is asked for, and what comes back.
import { describe, expect, it } from 'vitest';
import { codecs } from '../src/index.ts';
import { clientOf, fakeBroker, rejection } from './support/eventually.ts';
import { FakeLog } from './support/fake-log.ts';

const LISTED = {
  name: 'night',
  topic: 't',
  cron: '0 3 * * *',
  everyMs: null,
  timeZone: 'Europe/Berlin',
  missed: 'one' as const,
  paused: false,
  createdAtMs: 1,
  nextAtMs: 2,
  lastAtMs: null,
  sent: 0,
  missedTicks: 0,
  error: null,
};
const text = (value: string) => Buffer.from(value);

async function setup() {
  const broker = await fakeBroker(new FakeLog({ t: 1 }).handlers);
  broker.handlers.CreateSchedule = () => ({ nextAtMs: 42, nextTicksMs: [42, 43] });
  broker.handlers.AlterSchedule = () => ({});
  broker.handlers.DeleteSchedule = () => ({});
  const client = await clientOf(broker);
  return { broker, admin: client.admin };
}

describe('schedules', () => {
  it('are created with a message encoded as a producer would', async () => {
    const { admin, broker } = await setup();
    const asked = { name: 'night', topic: 't', cron: '0 3 * * *', timeZone: 'Europe/Berlin' };
    const headers = { kind: 'x', raw: Uint8Array.of(1) };
    const message = { value: { a: 1 }, key: 'k', headers, missed: 'all' as const };
    expect(await admin.createSchedule({ ...asked, ...message })).toEqual({
      nextAtMs: 42,
      nextTicksMs: [42, 43],
    });
    await admin.createSchedule({
      name: 'n',
      topic: 't',
      everyMs: 1_000,
      value: 'plain',
      codec: codecs.text,
      headers: [
        ['a', '1'],
        ['a', '2'],
      ],
    });
    await admin.createSchedule({ name: 'n', topic: 't', everyMs: 1_000, value: null });
    const [first, second, third] = broker.requests('CreateSchedule');
    expect(first).toMatchObject({
      ...asked,
      everyMs: null,
      missed: 'all',
      key: text('k'),
      value: text('{"a":1}'),
      headers: [
        { name: 'kind', value: text('x') },
        { name: 'raw', value: Buffer.of(1) },
      ],
    });
    expect(second).toMatchObject({
      cron: null,
      timeZone: null,
      everyMs: 1_000,
      missed: 'one',
      key: null,
      value: text('plain'),
      headers: [
        { name: 'a', value: text('1') },
        { name: 'a', value: text('2') },
      ],
    });
    expect(third).toMatchObject({ value: null, headers: null });
  });

  it('whose value has no encoding are not asked for', async () => {
    const { admin, broker } = await setup();
    const value = () => undefined;
    const asked = admin.createSchedule({ name: 'n', topic: 't', everyMs: 1_000, value });
    expect(await rejection(asked)).toMatchObject({ code: 'CODEC_FAILED' });
    expect(broker.requests('CreateSchedule')).toEqual([]);
  });

  it('are paused, resumed and deleted', async () => {
    const { admin, broker } = await setup();
    await admin.pauseSchedule('a');
    await admin.resumeSchedule('b');
    await admin.deleteSchedule('c');
    expect(broker.requests('AlterSchedule')).toEqual([
      { name: 'a', paused: true },
      { name: 'b', paused: false },
    ]);
    expect(broker.requests('DeleteSchedule')).toEqual([{ name: 'c' }]);
  });

  it('are listed with their values, decoded when asked for', async () => {
    const { admin, broker } = await setup();
    const headers = [{ name: 'h', value: text('1') }];
    broker.handlers.ListSchedules = () => ({
      schedules: [
        { ...LISTED, key: text('k'), value: text('{"a":1}'), headers },
        { ...LISTED, name: 'other', key: null, value: text('no json'), headers: null },
      ],
    });
    const [night, other] = await admin.listSchedules<{ a: number }>();
    expect(night).toMatchObject({
      ...LISTED,
      key: 'k',
      value: { a: 1 },
      headers: [['h', text('1')]],
    });
    expect(other).toMatchObject({ key: null, valueBytes: text('no json'), headers: [] });
    expect(() => other?.value).toThrow(expect.objectContaining({ code: 'CODEC_FAILED' }));
    const [plain] = await admin.listSchedules({ names: ['night'], codec: codecs.text });
    expect(plain?.value).toBe('{"a":1}');
    expect(broker.requests('ListSchedules')).toEqual([{ names: null }, { names: ['night'] }]);
  });
});
