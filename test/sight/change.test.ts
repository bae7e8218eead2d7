// What people change in the page, on a real broker: settings of a topic, the time of a message, the headers of a dead letter; and
// a message that is found by a member of its payload.
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  axeFaults,
  hasChromium,
  picture,
  type Sight,
  type SightPage,
  startSight,
} from './support/sight.ts';

type Json = ReturnType<typeof JSON.parse>;
const HOUR_MS = 3_600_000;

describe.skipIf(!hasChromium)('what is changed in the page, in Chromium', () => {
  let sight: Sight;
  let opened: SightPage;
  let page: Page;
  const ask = async (method: string, path: string, body?: unknown): Promise<Json> => {
    const reply = await fetch(`${sight.millrace.httpUrl}${path}`, {
      method,
      headers: body === undefined ? {} : { 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    expect(reply.status, `${method} ${path}`).toBeLessThan(300);
    return reply.json();
  };
  const goTo = async (place: string, heading: string) => {
    await page.evaluate(`location.hash = ${JSON.stringify(`#${place}`)}`);
    await page.getByRole('heading', { level: 1, name: heading }).waitFor();
  };
  const dialog = () => page.getByRole('dialog').last();
  const button = (name: string | RegExp) => page.getByRole('button', { name, exact: true });

  beforeAll(async () => {
    sight = await startSight({ isEmpty: true });
  });
  afterAll(async () => sight.close());
  beforeEach(async () => {
    opened = await sight.open('/');
    page = opened.page;
  });
  afterEach(async () => {
    const { faults } = opened;
    await opened.close();
    if (faults.length > 0) throw new Error(faults.join('\n'));
  });

  it('settings of a topic, after it is said what that takes, and nothing else of it', async () => {
    const config = { retentionMs: 48 * HOUR_MS, dedup: 'id' };
    await ask('POST', '/topics', { name: 'parcels', partitions: 2, config });
    const old = Date.now() - 5 * HOUR_MS;
    for (const at of [old, old, Date.now()]) {
      const partition = at === old ? 0 : 1;
      await ask('POST', '/produce', { topic: 'parcels', payload: { at }, partition });
    }
    await goTo('/topics/parcels', 'parcels');
    await button('Change settings').click();
    expect(await dialog().getByLabel('Keep records for').inputValue()).toBe('2 d');
    await button('See what changes').click();
    await dialog().getByText('Nothing is changed yet').waitFor();
    await dialog().getByLabel('Keep records for').fill('soon');
    await button('See what changes').click();
    await dialog().getByText('Give a time, such as 90 s').waitFor();
    await dialog().getByLabel('Keep records for').fill('0 s');
    await dialog().getByLabel('Partitions').fill('3');
    await picture(page, 'topic-change');
    expect(await axeFaults(page)).toEqual([]);
    await button('See what changes').click();
    await dialog().getByText('3 records are older than that now.').waitFor();
    await dialog().getByText('Partitions cannot be taken away again.').waitFor();
    expect(await dialog().locator('button:focus').textContent()).toContain('Cancel');
    await picture(page, 'topic-change-asks');
    expect(await axeFaults(page)).toEqual([]);
    // Somebody else changes another setting meanwhile: that stays.
    await ask('PATCH', '/topics/parcels', { config: { segmentMs: 7 * HOUR_MS } });
    await page.waitForResponse(async (response) => {
      const isTopic =
        response.request().method() === 'GET' && response.url().endsWith('/topics/parcels');
      return isTopic && (await response.text()).includes(`${7 * HOUR_MS}`);
    });
    await dialog().getByRole('button', { name: 'Cancel' }).click();
    expect((await ask('GET', '/topics/parcels')).partitions.length).toBe(2);
    await dialog().getByLabel('Keep records for').fill('36 h');
    await button('See what changes').click();
    await button('Change 2 settings').click();
    await page.getByText('Topic parcels is changed.').waitFor();
    const after = await ask('GET', '/topics/parcels');
    expect(after.partitions.length).toBe(3);
    expect(after.config).toMatchObject({
      retentionMs: 36 * HOUR_MS,
      dedup: 'id',
      segmentMs: 7 * HOUR_MS,
    });
  });

  it('the time of one message, and of many at once', async () => {
    await ask('POST', '/queues', { name: 'mails' });
    for (const n of [1, 2, 3]) {
      await ask('POST', '/queues/mails/messages', { payload: { n }, delayMs: HOUR_MS });
    }
    const times = async () => {
      const { messages } = await ask('GET', '/queues/mails/messages?state=scheduled');
      return (messages as Json[]).map(({ untilMs }) => untilMs - Date.now());
    };
    // A delay is seen by the queue once its record was looked at.
    await expect.poll(async () => (await times()).length, { timeout: 15_000 }).toBe(3);
    await goTo('/queues/mails?tab=scheduled', 'mails');
    const grid = page.getByRole('grid', { name: 'Delayed messages' });
    await grid.getByRole('row').nth(1).waitFor();
    await page.getByLabel('Select all').click();
    await button('Reschedule').click();
    await dialog().getByLabel('In', { exact: true }).fill('2');
    await dialog().getByLabel('Unit').selectOption('days');
    await dialog().getByText('Ready in 2 d, at').waitFor();
    await picture(page, 'reschedule');
    expect(await axeFaults(page)).toEqual([]);
    await button('Reschedule 3 messages').click();
    await page.getByText('3 messages are ready in 2 d.').waitFor();
    for (const left of await times()) expect(left).toBeGreaterThan(47 * HOUR_MS);
    await grid.getByRole('gridcell').nth(2).click();
    await dialog().getByRole('button', { name: 'Reschedule' }).click();
    await dialog().getByLabel('Ready').selectOption('at');
    await dialog().getByLabel('At (your time)').fill('2001-01-01T00:00');
    await button('Reschedule 1 message').click();
    await dialog().getByText('This is past.').waitFor();
    await dialog().getByLabel('Ready').selectOption('in');
    await dialog().getByLabel('In', { exact: true }).fill('0');
    await button('Reschedule 1 message').click();
    await page.getByText('1 message is ready now').waitFor();
    expect((await times()).length).toBe(2);
  });

  it('a new schedule, whose ticks over a change of clocks are told as its calendar says them', async () => {
    await ask('POST', '/topics', { name: 'reports' });
    await goTo('/schedules', 'Schedules');
    await button('New schedule').first().click();
    await dialog().getByLabel('Topic').fill('reports');
    await dialog().getByLabel('Ticks', { exact: true }).selectOption('cron');
    await dialog().getByLabel('Time zone').fill('Europe/Berlin');
    const ticks = dialog().getByRole('group', { name: 'Next ticks' }).getByRole('listitem');
    const ticksOf = async (cron: string, summer: string) => {
      await dialog().getByLabel('Cron').fill(cron);
      await ticks.first().getByText(summer).waitFor();
      return ticks.allTextContents();
    };
    // The last Sunday of March leaves 02:30 out: right after the gap. That of October has the hour from two to three twice.
    for (const text of await ticksOf('30 2 * 3 SUN#L', '03:00:00')) {
      expect(text).toMatch(/Sun, 03:00:00 CEST$/);
    }
    const twice = await ticksOf('*/30 2 * 10 SUN#L', '02:00:00 CEST');
    expect(twice.slice(0, 4).map((text) => text.split('Sun, ')[1])).toEqual([
      '02:00:00 CEST',
      '02:30:00 CEST',
      '02:00:00 CET',
      '02:30:00 CET',
    ]);
    await picture(page, 'ticks-over-a-change-of-clocks');
    expect(await axeFaults(page)).toEqual([]);
  });

  it('messages by a member of their JSON', async () => {
    await ask('POST', '/topics', { name: 'clicks', partitions: 3 });
    for (let n = 0; n < 30; n += 1) {
      const payload = { page: { id: n % 10, name: `page ${n}` } };
      await ask('POST', '/produce', { topic: 'clicks', payload });
    }
    await goTo('/messages?topic=clicks', 'Messages');
    await page.getByLabel('JSON field').fill('page.id: 7');
    await button('Show').click();
    const rows = page.getByRole('grid', { name: 'Messages' }).locator('.table-row');
    await expect.poll(() => rows.count()).toBe(3);
    expect(page.url()).toContain('field=page.id');
    await picture(page, 'messages-by-field');
    await page.getByLabel('JSON field').fill('page.name: page 4');
    await button('Show').click();
    await expect.poll(() => rows.count()).toBe(1);
    // With an offset to begin at, in one partition.
    await goTo('/messages?topic=clicks&partition=1&from=5&first=oldest&field=page.id', 'Messages');
    await expect.poll(() => rows.count()).toBeGreaterThan(1);
  });

  it('headers of a dead letter, and nothing else of it', async () => {
    await ask('POST', '/queues', { name: 'orders', settings: { maxDeliveries: 1 } });
    const headers = { trace: ['a', 'b: c'], region: 'eu' };
    const headersBase64 = { raw: Buffer.from([0xff, 0x00]).toString('base64') };
    const payloadText = '{"order": 12345678901234567890}';
    const sent = await ask('POST', '/queues/orders/messages', {
      payloadText,
      key: 'k',
      headers,
      headersBase64,
    });
    await fetch(`${sight.millrace.httpUrl}/queues/orders/messages/${sent.id}/dead-letter`, {
      method: 'POST',
    });
    await goTo('/dead-letters/orders.dlq', 'orders.dlq');
    await page.getByRole('grid', { name: 'Letters' }).getByRole('gridcell').nth(1).click();
    await button('Edit and replace').click();
    const field = dialog().getByLabel('Headers (JSON)');
    expect(JSON.parse(await field.inputValue())).toEqual(headers);
    await field.fill('{"trace": 1}');
    await dialog().getByText('trace: a value is a text').waitFor();
    expect(await button('Replace 1 letter').isDisabled()).toBe(true);
    await field.fill('{"trace": ["a", "b: c"], "region": "us", "note": "by hand"}');
    await picture(page, 'letter-headers');
    expect(await axeFaults(page)).toEqual([]);
    await button('Replace 1 letter').click();
    await page.getByText('A corrected copy is in orders').waitFor();
    const { records } = await ask('GET', '/topics/orders/records');
    const copy = records.at(-1);
    expect(copy.headers).toEqual({
      trace: ['a', 'b: c'],
      region: 'us',
      note: 'by hand',
      'millrace-dlq-message-id': sent.id,
    });
    expect([copy.key, copy.headersBase64]).toEqual(['k', headersBase64]);
    const raw = await fetch(`${sight.millrace.httpUrl}/topics/orders/records`);
    expect((await raw.text()).match(/12345678901234567890/g)?.length).toBe(2);
  });
});
