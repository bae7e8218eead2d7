// What producers and readers' machines may do to the page: payloads, keys and headers that are markup, numbers beyond what
// JavaScript holds, bytes that are no text, a clock that is hours off, colours that change under a chart.
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SEEDED } from './support/seed.ts';
import { hasChromium, type Sight, sidewaysFaults, startSight, THEMES } from './support/sight.ts';

const MARKUP = `"><img src=x onerror="document.title='owned'"><script>document.title='owned'</script>%2F'`;
const HOUR_MS = 3_600_000;

describe.skipIf(!hasChromium)('what comes from elsewhere, in Chromium', () => {
  let sight: Sight;
  beforeAll(async () => {
    sight = await startSight();
  }, 90_000);
  afterAll(async () => sight.close());

  const send = async (message: string) => {
    const response = await fetch(`${sight.millrace.httpUrl}/queues/reports/messages`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: `{"messages":[${message}]}`,
    });
    const { results } = (await response.json()) as { results: readonly { id: string }[] };
    return results[0]?.id ?? '';
  };
  const detailsOf = async (id: string) => {
    const opened = await sight.open(`/messages?topic=reports&open=${id}`);
    const dialog = opened.page.getByRole('dialog');
    await dialog.getByText('Payload', { exact: true }).waitFor();
    return { ...opened, dialog };
  };

  it('a thousand partitions, and the longest name, break nothing', async () => {
    const { admin } = sight.seeded?.client ?? {};
    const long = 'n'.repeat(249);
    await admin?.createTopic({ name: 'wide', partitions: 1_000 });
    await admin?.createTopic({ name: long });
    const { page, faults, close } = await sight.open('/messages?topic=wide');
    await page.getByText('Choose a partition').waitFor();
    await page.goto(`${sight.millrace.httpUrl}/#/messages?topic=wide&partition=999`);
    await page.getByText('No messages here').waitFor();
    for (const place of [`/messages?topic=${long}`, `/topics/${long}`]) {
      await page.goto(`${sight.millrace.httpUrl}/#${place}`);
      await page.getByRole('heading', { name: long }).first().waitFor();
      expect(await sidewaysFaults(page)).toEqual([]);
    }
    expect(faults).toEqual([]);
    await close();
  });

  it('markup in a payload, a key and a header is text', async () => {
    const text = JSON.stringify(MARKUP);
    const id = await send(`{"payload":{"note":${text}},"key":${text},"headers":{"x":${text}}}`);
    const { page, dialog, faults, close } = await detailsOf(id);
    await dialog.locator('.json-string', { hasText: 'onerror' }).waitFor();
    expect(await dialog.getByText(MARKUP, { exact: true }).count()).toBe(2);
    expect(await page.title()).toBe('Messages – Millrace');
    expect(await page.locator('img[onerror], img[src=x]').count()).toBe(0);
    expect(faults).toEqual([]);
    await close();
  });

  it('numbers stay as they were written, and bytes that are no text are shown as bytes', async () => {
    const numbers = ['900719925474099312345', '0.1000000000000000055511', '1e400', '2.50', '-0'];
    const exact = await detailsOf(await send(`{"payload":{"n":[${numbers.join(' , ')}]}}`));
    await exact.dialog.locator('.json-number').first().waitFor();
    expect(await exact.dialog.locator('.json-number').allTextContents()).toEqual(numbers);
    await exact.close();
    const bytes = await detailsOf(await send('{"payloadBase64":"//79gA=="}'));
    await bytes.dialog.getByText(/ff fe fd 80/).waitFor();
    await bytes.close();
  });

  it('counts down by the clock of the broker, whatever the reader has', async () => {
    const context = await sight.browser.newContext();
    await context.addInitScript(
      `{ const real = Date.now; Date.now = () => real.call(Date) + ${5 * HOUR_MS}; }`,
    );
    const page = await context.newPage();
    await page.goto(`${sight.millrace.httpUrl}/#/queues/mails?tab=leases`);
    const left = page.getByRole('grid', { name: 'Messages in flight' }).locator('time').first();
    await left.filter({ hasText: /^\d+ min/ }).waitFor();
    await page.goto(`${sight.millrace.httpUrl}/#/brokers`);
    await page.getByText(/up since .* \((\d+ min|\d+ s|[\d.]+ s)[^h]* ago\)/).waitFor();
    await context.close();
  });

  it('a chart takes the colours of the page', async () => {
    const { page, close } = await sight.open(`/queues/${SEEDED.queues[0]}`);
    await page.locator('.chart canvas').first().waitFor();
    await page.locator('.feed', { hasText: 'Live' }).waitFor();
    const seen: number[] = [];
    for (const look of THEMES) {
      await page.emulateMedia({ colorScheme: look });
      await expect.poll(() => brightnessOf(page)).toSatisfy(look === 'light' ? above : below);
      seen.push(await brightnessOf(page));
    }
    expect(seen).toHaveLength(2);
    await close();
  });
});

const MIDDLE = 128;
const above = (value: number) => value > MIDDLE;
const below = (value: number) => value <= MIDDLE;

/** Of the faintest line in the first chart, its grid: 0 (black) to 255. The page behind it is not part of the canvas. */
function brightnessOf(page: Page): Promise<number> {
  return page.evaluate<number>(`(() => {
    const canvas = document.querySelector('.chart canvas');
    const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
    const tally = new Map();
    for (let at = 0; at < data.length; at += 4) {
      if (data[at + 3] === 255) tally.set(data[at], (tally.get(data[at]) ?? 0) + 1);
    }
    return [...tally].sort((a, b) => b[1] - a[1])[0]?.[0] ?? -1;
  })()`);
}
