// Acts whose answer never arrives, that are closed while they run, or that come too late: what the page says, and that nothing is
// done twice. And acts by the keyboard alone.
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { askGateway, hold, type Json } from './support/meanwhile.ts';
import { SEEDED } from './support/seed.ts';
import { axeFaults, hasChromium, picture, type Sight, startSight } from './support/sight.ts';

const TEST_MS = 90_000;
const LOST = 'No answer came from the gateway: it may have been done all the same.';

let sight: Sight;

const ask = (method: string, path: string, body?: unknown) =>
  askGateway(sight.millrace.httpUrl, method, path, body);

const button = (page: Page, name: string | RegExp) =>
  page.getByRole('button', { name, exact: true });
const dialog = (page: Page) => page.getByRole('dialog');

/** The next request there that is no dry run reaches the gateway, and its answer never reaches the page. */
async function loseAnswer(page: Page, path: string): Promise<void> {
  let isLost = false;
  await page.route(`**${path}`, async (route) => {
    if (route.request().postDataJSON()?.dryRun === true) return route.continue();
    if (isLost) return route.continue();
    isLost = true;
    await route.fetch();
    return route.abort('connectionreset');
  });
}

async function inView(place: string, act: (page: Page) => Promise<void>, refused = /^$/) {
  const opened = await sight.open(place);
  opened.page.setDefaultTimeout(30_000);
  await act(opened.page);
  expect(opened.faults.filter((fault) => !refused.test(fault))).toEqual([]);
  await opened.close();
}

/** What has the focus, in words. */
const focused = (page: Page) =>
  page.evaluate<string>(
    "(document.activeElement?.getAttribute('aria-label') ?? document.activeElement?.textContent ?? '').trim()",
  );

const pending = async (queue: string) => (await ask('GET', `/groups/${queue}/lag`)).lag;
const letters = async () => (await ask('GET', '/queues/orders.dlq/dead-letters')).total;

describe.skipIf(!hasChromium)('acts that are interrupted', () => {
  beforeAll(async () => {
    sight = await startSight();
  }, 120_000);
  afterAll(() => sight.close(), 60_000);

  it('a purge whose answer is lost is done once, told so, and undone', {
    timeout: TEST_MS,
  }, async () => {
    const before = await pending('mails');
    await inView(
      '/queues/mails',
      async (page) => {
        await loseAnswer(page, '/queues/mails/purge');
        await button(page, 'Purge').click();
        await dialog(page)
          .getByRole('button', { name: /^Purge \d+ messages$/ })
          .click();
        await dialog(page).getByText(LOST).waitFor();
        // What would happen is counted anew.
        await dialog(page).getByText('Nothing waits in mails.').waitFor();
        expect(await axeFaults(page)).toEqual([]);
        await picture(page, 'purge-answer-lost');
        await page.keyboard.press('Escape');
        expect(await pending('mails')).toBe(0);
        await button(page, 'Undo the purge').click();
        await page.getByText(/came back to mails/).waitFor();
      },
      /ERR_CONNECTION_RESET|status of 409/,
    );
    expect(await pending('mails')).toBe(before);
  });

  it('a purge that is closed while it runs tells its outcome, and an undo too late says why', {
    timeout: TEST_MS,
  }, async () => {
    await inView(
      '/queues/thumbnails',
      async (page) => {
        const go = await hold(page, '/queues/thumbnails/purge');
        await button(page, 'Purge').click();
        await button(page, `Purge ${SEEDED.delayed} messages`).click();
        await page.keyboard.press('Escape');
        await dialog(page).waitFor({ state: 'detached' });
        go();
        await page.getByText(`Purged ${SEEDED.delayed} messages of thumbnails`).waitFor();
        // Somebody else undoes it first.
        await ask('POST', '/queues/thumbnails/purge/undo');
        await page.getByRole('status').getByRole('button', { name: 'Undo' }).click();
        await page.getByRole('status').getByText(/undo/i).first().waitFor();
        await picture(page, 'undo-too-late');
      },
      /status of 4\d\d/,
    );
    expect(await pending('thumbnails')).toBe(SEEDED.delayed);
  });

  it('a shift of a group whose answer is lost is not done again unseen', {
    timeout: TEST_MS,
  }, async () => {
    await inView(
      '/groups/search-index',
      async (page) => {
        await loseAnswer(page, '/groups/search-index/reset');
        await button(page, 'Reset offsets').click();
        await dialog(page).getByLabel('Go on from').selectOption('shiftBy');
        await dialog(page).getByLabel('Records').fill('10');
        await dialog(page).getByText('300 → 310').waitFor();
        await button(page, 'Reset 6 partitions').click();
        await dialog(page).getByText(LOST).waitFor();
        await dialog(page).getByText('310 → 320').waitFor();
        await picture(page, 'reset-answer-lost');
      },
      /ERR_CONNECTION_RESET/,
    );
    const { partitions } = await ask('GET', '/groups/search-index/lag');
    expect(partitions.find((one: Json) => one.partition === 0).offset).toBe(310);
  });

  it('a redrive whose answer is lost moves each letter once', { timeout: TEST_MS }, async () => {
    const all = await letters();
    const { groups } = await ask('GET', '/queues/orders.dlq/dead-letters');
    const which = groups.find(({ error }: Json) => error === 'card expired').count;
    await ask('POST', '/topics', { name: 'orders-by-hand', partitions: 1 });
    await inView(
      '/dead-letters/orders.dlq',
      async (page) => {
        await loseAnswer(page, '/queues/orders.dlq/redrive');
        await page
          .getByRole('row')
          .filter({ hasText: 'card expired' })
          .first()
          .getByRole('button', { name: 'Redrive' })
          .click();
        await dialog(page).getByLabel('To', { exact: true }).selectOption('topic');
        await dialog(page).getByLabel('Topic', { exact: true }).fill('orders-by-hand');
        await dialog(page)
          .getByRole('button', { name: /^Redrive \d+ letters$/ })
          .click();
        await dialog(page).getByText(LOST).waitFor();
        await picture(page, 'redrive-answer-lost');
      },
      /ERR_CONNECTION_RESET/,
    );
    const copies = async () => (await ask('GET', '/topics/orders-by-hand')).partitions[0].endOffset;
    await expect.poll(copies, { timeout: 30_000 }).toBe(which);
    await expect.poll(letters, { timeout: 30_000 }).toBe(all - which);
  });

  it('a redrive and a purge by the keyboard alone', { timeout: TEST_MS }, async () => {
    const all = await letters();
    await inView('/dead-letters/orders.dlq', async (page) => {
      const tabTo = async (name: string | RegExp) => {
        for (let n = 0; n < 60; n += 1) {
          const at = await focused(page);
          if (typeof name === 'string' ? at === name : name.test(at)) return;
          await page.keyboard.press('Tab');
        }
        throw new Error(`no way to ${name} by Tab`);
      };
      await tabTo('Redrive all');
      await page.keyboard.press('Enter');
      await dialog(page).waitFor();
      expect(await focused(page)).toBe('Cancel');
      await page.keyboard.press('Escape');
      await dialog(page).waitFor({ state: 'detached' });
      expect(await focused(page)).toBe('Redrive all');
      await page.keyboard.press('Enter');
      await button(page, `Redrive ${all} letters`).waitFor();
      expect(await focused(page)).toBe('Cancel');
      await page.keyboard.press('Tab');
      expect(await focused(page)).toBe(`Redrive ${all} letters`);
      await page.keyboard.press('Escape');
      await dialog(page).waitFor({ state: 'detached' });
      await tabTo('Purge');
      await page.keyboard.press('Enter');
      await button(page, `Purge ${all} letters`).waitFor();
      expect(await focused(page)).toBe('Cancel');
      await page.keyboard.press('Tab');
      await page.keyboard.press('Enter');
      await dialog(page).waitFor({ state: 'detached' });
      await page.getByText(`Purged ${all} letters`).waitFor();
      await tabTo('Undo the purge');
      await page.keyboard.press('Enter');
      await page.getByText(/came back to orders.dlq/).waitFor();
    });
    expect(await letters()).toBe(all);
  });
});
