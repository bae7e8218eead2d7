// The frame of the page and the overview, as people use them: by mouse, by keyboard, on a phone, and when the connection
// goes. The broker is real, and so is the browser.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SEEDED } from './support/seed.ts';
import { hasChromium, type Sight, type SightPage, startSight } from './support/sight.ts';

describe.skipIf(!hasChromium)('the page, in Chromium', () => {
  let sight: Sight;
  let opened: SightPage | undefined;
  beforeAll(async () => {
    sight = await startSight();
  });
  afterAll(async () => sight.close());

  const open = async (...args: Parameters<Sight['open']>) => {
    await opened?.close();
    opened = await sight.open(...args);
    return opened.page;
  };

  it('says first what needs somebody, and then the exact counts', async () => {
    const page = await open('/');
    const attention = page.getByRole('region', { name: 'Needs attention' });
    await attention.getByText(`${SEEDED.deadLetters} dead letters to decide about.`).waitFor();
    await attention.getByText('4,830 records behind.').waitFor();
    const first = attention.getByRole('listitem').first();
    expect(await first.textContent()).toContain('orders.dlq');
    const row = page.getByRole('grid', { name: 'Queues' }).getByRole('row').nth(1);
    expect(await row.getByRole('gridcell').first().textContent()).toBe('orders');
    expect(await row.textContent()).toContain('1,204');
  });

  it('counts on while it is looked at', async () => {
    const page = await open('/');
    const reports = page.getByRole('row', { name: /^reports/ });
    await reports.waitFor();
    const payload = { report: 'daily' };
    await fetch(`${sight.millrace.httpUrl}/queues/reports/messages`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ messages: Array.from({ length: 731 }, () => ({ payload })) }),
    });
    await reports.getByText('731', { exact: true }).waitFor();
    expect(await page.locator('.chart canvas').count()).toBe(2);
  });

  it('remembers the colours that were chosen', async () => {
    const page = await open('/');
    const background = () =>
      page.evaluate<string>('getComputedStyle(document.body).backgroundColor');
    const light = await background();
    await page.getByRole('button', { name: 'Colours: as the system' }).click();
    await page.getByRole('button', { name: 'Colours: light' }).click();
    await page.getByRole('button', { name: 'Colours: dark' }).waitFor();
    const dark = await background();
    expect(dark).not.toBe(light);
    await page.reload();
    await page.getByRole('button', { name: 'Colours: dark' }).waitFor();
    expect(await background()).toBe(dark);
  });

  it('goes anywhere by name and by key', async () => {
    const page = await open('/');
    await page.getByRole('row', { name: /^orders / }).waitFor();
    await page.keyboard.press('Control+k');
    await page.getByRole('combobox').fill('brok');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { level: 1, name: 'Brokers' }).waitFor();
    expect(page.url()).toMatch(/#\/brokers$/);
    await page.keyboard.press('g');
    await page.keyboard.press('o');
    await page.getByRole('heading', { level: 1, name: 'Overview' }).waitFor();
    await page.keyboard.press('?');
    const help = page.getByRole('dialog', { name: 'Keys' });
    await help.getByText('Select the row').waitFor();
    await page.keyboard.press('Escape');
    await help.waitFor({ state: 'detached' });
  });

  it('tables are gone through and ordered by keyboard', async () => {
    const page = await open('/');
    const grid = page.getByRole('grid', { name: 'Queues' });
    await grid.getByRole('button', { name: 'Queue' }).focus();
    await page.keyboard.press('Enter');
    expect(await grid.getByRole('columnheader', { name: 'Queue' }).getAttribute('aria-sort')).toBe(
      'ascending',
    );
    await grid.getByRole('row').nth(1).focus();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowDown');
    const focused = () =>
      page.evaluate<string>('document.activeElement.getAttribute("data-index")');
    await expect.poll(focused).toBe('2');
    await page.keyboard.press('Enter');
    await page.waitForURL(/#\/queues\//);
  });

  it('has its navigation in a drawer on a phone', async () => {
    const page = await open('/', { size: 'phone' });
    const link = page
      .getByRole('navigation', { name: 'Main' })
      .getByRole('link', { name: 'Brokers' });
    expect(await link.isVisible()).toBe(false);
    await page.getByRole('button', { name: 'Navigation' }).tap();
    await link.tap();
    await page.getByRole('heading', { level: 1, name: 'Brokers' }).waitFor();
    await link.waitFor({ state: 'hidden' });
  });

  it('an address that leads nowhere says so', async () => {
    const page = await open('/');
    await page.goto(`${sight.millrace.httpUrl}/#/no/such/view`);
    await page.getByText('There is no such page').waitFor();
    await page.getByRole('link', { name: 'To the overview' }).click();
    await page.getByRole('heading', { level: 1, name: 'Overview' }).waitFor();
  });

  it('filters the options in force', async () => {
    const page = await open('/brokers');
    await page.getByText('ready', { exact: true }).waitFor();
    const grid = page.getByRole('grid', { name: 'Options' });
    await grid.getByText('--data-dir').waitFor();
    await page.keyboard.press('/');
    await page.keyboard.type('--host');
    await grid.getByText('--data-dir').waitFor({ state: 'detached' });
    await grid.getByText('--host', { exact: true }).waitFor();
  });

  it('asks no other host, and complains of nothing', async () => {
    await opened?.close();
    opened = await sight.open('/brokers');
    const { page, faults } = opened;
    const hosts = new Set<string>();
    page.on('request', (request) => hosts.add(new URL(request.url()).origin));
    await page.goto(`${sight.millrace.httpUrl}/#/`);
    await page.reload();
    await page.getByRole('row', { name: /^orders / }).waitFor();
    await page.locator('.chart canvas').first().waitFor();
    expect([...hosts]).toEqual([sight.millrace.httpUrl]);
    expect(faults).toEqual([]);
  });
});
