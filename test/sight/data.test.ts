// What people do with topics, messages and queues in the page, on a real broker: browse both ways, look for a key, a header,
// a time, retry what waits, watch what workers have, free a stopped key, make, send and delete.
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { SEEDED } from './support/seed.ts';
import { hasChromium, type Sight, type SightPage, startSight } from './support/sight.ts';

const WAIT = { timeout: 15_000 };

describe.skipIf(!hasChromium)('topics, messages and queues, in Chromium', () => {
  let sight: Sight;
  let opened: SightPage;
  let page: Page;
  beforeAll(async () => {
    sight = await startSight();
  }, 90_000);
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

  const goTo = async (place: string, heading: string) => {
    await page.evaluate(`location.hash = ${JSON.stringify(`#${place}`)}`);
    await page.getByRole('heading', { level: 1, name: heading }).waitFor();
  };
  const button = (name: string | RegExp) => page.getByRole('button', { name });
  const rows = (table: string) => page.getByRole('grid', { name: table }).locator('.table-row');
  const get = async (path: string) =>
    (await fetch(`${sight.millrace.httpUrl}${path}`)).json() as Promise<
      ReturnType<typeof JSON.parse>
    >;

  it('turns the pages of a log both ways, and has the place in the address', async () => {
    await goTo('/messages?topic=clicks&partition=1', 'Messages');
    const { endOffset } = (await get('/topics/clicks')).partitions[1];
    const first = rows('Messages').first();
    const at = (offset: number) => first.filter({ hasText: offset.toLocaleString('en-US') });
    await at(endOffset - 1).waitFor();
    await button('Older').click();
    await at(endOffset - 51).waitFor();
    expect(page.url()).toContain(`from=${endOffset - 51}`);
    await page.reload();
    await at(endOffset - 51).waitFor();
    await button('Previous').click();
    await at(endOffset - 1).waitFor();
  });

  it('finds messages by key, by time, and by the id that the producer was told', async () => {
    await goTo('/messages?topic=clicks&partition=1', 'Messages');
    const { records } = await get('/topics/clicks/records?partition=1&offset=7&max=1');
    const [{ key, id, timestampMs }] = records;
    await page.getByLabel('Key is').fill(key);
    await button('Show').click();
    await rows('Messages').first().filter({ hasText: key }).waitFor();
    const keys = await rows('Messages').locator('.table-cell:nth-child(4)').allTextContents();
    expect(new Set(keys)).toEqual(new Set([key]));

    await goTo(`/messages?topic=clicks&partition=1&first=oldest&at=${timestampMs}`, 'Messages');
    await rows('Messages').first().waitFor();
    await goTo(`/messages?topic=clicks&partition=1&at=${Date.now() + 3_600_000}`, 'Messages');
    await page.getByRole('heading', { name: 'No messages here' }).waitFor();

    await page.getByLabel('Message id').fill(id);
    await button('Find').click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('heading', { name: 'Message at partition 1, offset 7' }).waitFor();
    await dialog.locator('.json-key', { hasText: '"page"' }).waitFor();
  });

  it('finds messages by a header', async () => {
    await fetch(`${sight.millrace.httpUrl}/queues/reports/messages`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"messages":[{"payload":1},{"payload":2,"headers":{"source":"shop"}}]}',
    });
    await goTo('/messages?topic=reports&header=source%3A%20shop', 'Messages');
    await rows('Messages').first().waitFor();
    await rows('Messages').first().click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText('source', { exact: true }).waitFor();
    expect(await dialog.getByText('shop', { exact: true }).count()).toBe(1);
  });

  it('shows where each group stands, as a picture and as a table', async () => {
    await goTo('/topics/clicks', 'clicks');
    const bar = page.getByRole('img', { name: /^billing in partition 0: committed/ });
    await bar.waitFor();
    expect(await bar.locator('rect[data-kind=ahead]').count()).toBe(1);
    await button('Show as table').click();
    await rows('Where groups stand').first().waitFor();
    expect(await rows('Where groups stand').filter({ hasText: 'billing' }).count()).toBe(6);
    expect(page.url()).toContain('as=table');
  });

  it('counts down what workers have', async () => {
    await goTo('/queues/mails?tab=leases', 'mails');
    const left = rows('Messages in flight').first().locator('time').first();
    await left.waitFor();
    const before = (await left.textContent()) ?? '';
    await left.filter({ hasNotText: before }).waitFor(WAIT);
    await page.getByText(`${SEEDED.leased} leases`).waitFor();
    expect(await left.textContent()).not.toBe(before);
    await rows('Messages in flight').first().click();
    await page.getByRole('dialog').getByText('Its worker has it').waitFor();
  });

  it('retries what waits, from a list and from the message', async () => {
    await goTo('/queues/thumbnails?tab=scheduled', 'thumbnails');
    await page.getByRole('img', { name: /when they become ready/ }).waitFor();
    const [{ id }] = (await get('/queues/thumbnails/scheduled')).scheduled;
    await page.getByLabel(`Select ${id}`).check();
    await button('Retry now').click();
    await page.getByText('1 message is ready now.').waitFor();
    expect((await get(`/queues/thumbnails/messages/${id}`)).state).toBe('ready');
    const [failed] = (await get('/queues/mails/scheduled')).scheduled;

    await goTo(`/queues/mails?tab=scheduled&open=${failed.id}`, 'mails');
    const dialog = page.getByRole('dialog');
    await dialog.getByText('SMTP 451: greylisted').waitFor();
    await dialog.getByRole('button', { name: 'Retry now' }).click();
    await dialog.locator('.badge', { hasText: 'ready' }).waitFor();
    expect((await get(`/queues/mails/messages/${failed.id}`)).state).toBe('ready');
  });

  it('frees a key that is stopped', async () => {
    await goTo(`/queues/${SEEDED.keyed}?tab=blocked`, SEEDED.keyed);
    const row = rows('Blocked keys').filter({ hasText: SEEDED.blockedKey });
    await row.filter({ hasText: '14' }).waitFor();
    await row.getByRole('checkbox').check();
    await button('Retry now').click();
    await page.getByRole('heading', { name: 'Nothing is blocked' }).waitFor();
    const response = await fetch(`${sight.millrace.httpUrl}/queues/${SEEDED.keyed}/receive`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ max: 100, waitMs: 5_000 }),
    });
    const { messages } = (await response.json()) as { messages: unknown };
    expect(messages).toContainEqual(expect.objectContaining({ key: SEEDED.blockedKey, offset: 0 }));
  });

  it('makes a queue, sends to it, and deletes it once its name is typed', async () => {
    await goTo('/queues', 'Queues');
    await button('Create queue').click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('button', { name: 'Create queue' }).click();
    await dialog.getByText('A queue needs a name.').waitFor();
    await dialog.getByLabel('Name').fill('trial');
    await dialog.getByLabel('Deliveries at most').fill('7');
    await dialog.getByRole('button', { name: 'Create queue' }).click();
    await page.getByRole('heading', { level: 1, name: 'trial' }).waitFor();
    expect((await get('/queues/trial')).settings.maxDeliveries).toBe(7);

    await button('Send message').click();
    await dialog.getByLabel('Payload').fill('{"n": ');
    await dialog.getByRole('button', { name: 'Send message' }).click();
    await dialog.getByText('This is no JSON').waitFor();
    await dialog.getByLabel('Payload').fill('{"n": 1}');
    await dialog.getByRole('button', { name: 'Send message' }).click();
    await page.getByText('Sent: partition 0, offset 0.').waitFor();

    await button('Delete').click();
    const act = dialog.getByRole('button', { name: 'Delete queue with 1 unresolved message' });
    await act.waitFor();
    expect(await act.isDisabled()).toBe(true);
    await dialog.getByLabel('Type trial to go on').fill('trial');
    await act.click();
    await page.getByRole('heading', { level: 1, name: 'Queues' }).waitFor();
    expect((await get('/queues/trial')).code).toBe('UNKNOWN_GROUP');
  });
});
