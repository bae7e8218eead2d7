// What people do about dead letters, groups, queues and schedules, from the page to the broker and back.
import { deepEqual, equal, match, ok } from 'node:assert/strict';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SEEDED } from './support/seed.ts';
import { axeFaults, hasChromium, picture, type Sight, startSight } from './support/sight.ts';

const TEST_MS = 90_000;
const ENDED_MS = 30_000;

let sight: Sight;

async function ask<T>(method: string, path: string, body?: unknown): Promise<T> {
  const response = await fetch(`${sight.millrace.httpUrl}${path}`, {
    method,
    ...(body === undefined
      ? {}
      : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
  });
  ok(response.ok, `${method} ${path}: ${response.status}`);
  return (response.status === 204 ? undefined : await response.json()) as T;
}

/** Opens a view, does something in it, and lets it complain. */
async function inView(place: string, act: (page: Page) => Promise<void>, isRefused = false) {
  const opened = await sight.open(place);
  opened.page.setDefaultTimeout(ENDED_MS);
  await act(opened.page);
  // The browser notes it where the gateway refuses something, as it is asked to here.
  const faults = opened.faults.filter((fault) => !(isRefused && /status of 4\d\d/.test(fault)));
  deepEqual(faults, []);
  await opened.close();
}

const button = (page: Page, name: string | RegExp) =>
  page.getByRole('button', { name, exact: true });
const dialog = (page: Page) => page.getByRole('dialog');

interface Groups {
  readonly total: number;
  readonly groups: readonly { readonly error: string | null; readonly count: number }[];
}
const lettersOf = (queue: string) => ask<Groups>('GET', `/queues/${queue}/dead-letters`);
const countOf = ({ groups }: Groups, error: string) =>
  groups.find((group) => group.error === error)?.count ?? 0;

describe.skipIf(!hasChromium)('views of work', () => {
  beforeAll(async () => {
    sight = await startSight();
  }, 120_000);
  afterAll(() => sight.close(), 60_000);

  it('redrive one reason after a dry run that says how many', { timeout: TEST_MS }, async () => {
    const before = await lettersOf('orders.dlq');
    const count = countOf(before, 'card expired');
    equal(before.total, SEEDED.deadLetters);
    await inView('/dead-letters/orders.dlq', async (page) => {
      const row = page.getByRole('row').filter({ hasText: 'card expired' }).first();
      await row.getByRole('button', { name: 'Redrive' }).click();
      await button(dialog(page) as never, `Redrive ${count} letters`).waitFor();
      await dialog(page)
        .getByText(`${SEEDED.deadLetters - count} others will stay`)
        .waitFor();
      deepEqual(await axeFaults(page), []);
      await picture(page, 'redrive-dialog');
      equal((await lettersOf('orders.dlq')).total, SEEDED.deadLetters, 'a dry run moves nothing');
      await button(page, `Redrive ${count} letters`).click();
      await page.getByText(`${count} letters moved`).waitFor();
    });
    const after = await lettersOf('orders.dlq');
    equal(after.total, SEEDED.deadLetters - count);
    equal(countOf(after, 'card expired'), 0);
    equal(countOf(after, 'no such customer'), countOf(before, 'no such customer'));
  });

  it('redrive letters that were picked, slowly, and stop half-way', {
    timeout: TEST_MS,
  }, async () => {
    const { total } = await lettersOf('orders.dlq');
    await inView('/dead-letters/orders.dlq', async (page) => {
      const grid = page.getByRole('grid', { name: 'Letters' });
      await grid.getByRole('row').nth(1).waitFor();
      await grid.getByLabel('Select all').click();
      await button(page, `Redrive ${total} letters`).click();
      await dialog(page).getByLabel('Letters a second').fill('2');
      await button(dialog(page) as never, `Redrive ${total} letters`).click();
      await page.getByText(/^[1-9]\d* letters? moved/).waitFor();
      await picture(page, 'redrive-running');
      await button(page, 'Cancel').click();
      await page.getByText(/is cancelled: \d+ letters? had moved/).waitFor();
      await page.getByText('cancelled', { exact: true }).waitFor();
    });
    const [task] = (await ask<{ tasks: { state: string; moved: number }[] }>('GET', '/tasks'))
      .tasks;
    equal(task?.state, 'cancelled');
    ok(task.moved > 0 && task.moved < total);
    equal((await lettersOf('orders.dlq')).total, total - task.moved);
  });

  it('replace a letter by a corrected copy, in one commit', { timeout: TEST_MS }, async () => {
    const { total } = await lettersOf('orders.dlq');
    await inView('/dead-letters/orders.dlq', async (page) => {
      await page.getByRole('grid', { name: 'Letters' }).getByRole('gridcell').nth(1).click();
      await dialog(page).getByText('Died in queue').waitFor();
      deepEqual(await axeFaults(page), []);
      await picture(page, 'letter');
      await button(page, 'Edit and replace').click();
      const editor = dialog(page).getByLabel('Payload (JSON)');
      await editor.fill('{ "order": 1,');
      await dialog(page).getByText('This is no JSON').waitFor();
      ok(await button(page, 'Replace 1 letter').isDisabled());
      await editor.fill('{\n  "order": 1,\n  "corrected": true\n}');
      await dialog(page).locator('ins').filter({ hasText: '"corrected": true' }).waitFor();
      deepEqual(await axeFaults(page), []);
      await picture(page, 'letter-edited');
      await button(page, 'Replace 1 letter').click();
      await page.getByText('A corrected copy is in orders').waitFor();
    });
    equal((await lettersOf('orders.dlq')).total, total - 1);
    const found = await ask<{ messages: { message: { payload: unknown } }[] }>(
      'GET',
      '/queues/orders/messages?state=fresh&limit=1000',
    );
    const rest = await ask<{ messages: { message: { payload: unknown } }[] }>(
      'GET',
      '/queues/orders/messages?state=fresh&limit=1000&from=3:0',
    );
    const payloads = [...found.messages, ...rest.messages].map(({ message }) =>
      JSON.stringify(message.payload),
    );
    ok(payloads.includes('{"order":1,"corrected":true}'));
  });

  it('purge dead letters, exactly, and undo it in the page', { timeout: TEST_MS }, async () => {
    const { total } = await lettersOf('orders.dlq');
    await inView('/dead-letters/orders.dlq', async (page) => {
      await button(page, 'Purge').click();
      await button(page, `Purge ${total} letters`).waitFor();
      await dialog(page).locator('button:focus', { hasText: 'Cancel' }).waitFor();
      await picture(page, 'purge-dialog');
      await button(page, `Purge ${total} letters`).click();
      await page.getByText(`A purge took ${total} letters.`).waitFor();
      await page.getByText('No dead letters').waitFor();
      equal((await lettersOf('orders.dlq')).total, 0);
      await picture(page, 'purged');
      await button(page, 'Undo the purge').click();
      await page.getByText(`${total} letters came back`).waitFor();
    });
    equal((await lettersOf('orders.dlq')).total, total);
  });

  it('reset a group after a preview of each partition', { timeout: TEST_MS }, async () => {
    const preview = await ask<{ partitions: { before: number; offset: number }[] }>(
      'POST',
      '/groups/billing/reset',
      { to: 'latest', dryRun: true },
    );
    const skipped = preview.partitions.reduce((sum, one) => sum + one.offset - one.before, 0);
    await inView('/groups/billing', async (page) => {
      await button(page, 'Reset offsets').click();
      await dialog(page)
        .getByText(/records? will be read again/)
        .waitFor();
      await dialog(page).getByLabel('Go on from').selectOption('latest');
      await dialog(page)
        .getByText(`${skipped.toLocaleString('en-US')} skipped`)
        .waitFor();
      deepEqual(await axeFaults(page), []);
      await picture(page, 'reset-preview');
      await button(page, 'Reset 6 partitions').click();
      await page.getByText('goes on elsewhere in 6 partitions').waitFor();
    });
    equal((await ask<{ lag: number }>('GET', '/groups/billing/lag')).lag, 0);
  });

  it('refuse to reset a group with members, and say why', { timeout: TEST_MS }, async () => {
    await inView('/groups/fraud-check', async (page) => {
      await page.getByText('Offsets can be reset once the group has no members').waitFor();
      ok(await button(page, 'Reset offsets').isDisabled());
      match((await page.getByRole('grid', { name: 'Members' }).textContent()) ?? '', /clicks: /);
    });
  });

  it('make a schedule that ticks, change it, pause it, delete it', {
    timeout: TEST_MS,
  }, async () => {
    await inView(
      '/schedules',
      async (page) => {
        await button(page, 'New schedule').click();
        await dialog(page).getByLabel('Name').fill('every-second');
        await dialog(page).getByLabel('Topic').fill('no-such-topic');
        await dialog(page).getByText('No topic is named no-such-topic').waitFor();
        await dialog(page).getByLabel('Topic').fill('audit-log');
        await dialog(page).getByLabel('Every', { exact: true }).fill('1');
        await dialog(page).getByLabel('Unit').selectOption('s');
        await dialog(page).getByRole('listitem').nth(4).waitFor();
        deepEqual(await axeFaults(page), []);
        await picture(page, 'schedule-new');
        await button(page, 'Create schedule').click();
        await page.getByRole('heading', { level: 1, name: 'every-second' }).waitFor();
        await page.locator('.stat', { hasText: /Sent\s*[1-9]/ }).waitFor();
        await button(page, 'Change').click();
        await dialog(page).getByLabel('Value').fill('{"beat": 2}');
        await button(page, 'Change schedule').click();
        await page.getByText('every-second is changed').waitFor();
        await button(page, 'Pause').click();
        await page.getByText('Paused: it has no ticks.').waitFor();
        const told = await ask<{ paused: boolean; message: object }>(
          'GET',
          '/schedules/every-second',
        );
        equal(told.paused, true);
        deepEqual(told.message, { key: null, payload: { beat: 2 } });
        await button(page, 'Delete').click();
        await dialog(page).getByLabel('Type every-second to go on').fill('every-second');
        await button(page, 'Delete every-second').click();
        await page.getByRole('heading', { level: 1, name: 'Schedules' }).waitFor();
      },
      true,
    );
    const { schedules } = await ask<{ schedules: { name: string }[] }>('GET', '/schedules');
    deepEqual(
      schedules.map(({ name }) => name),
      [...SEEDED.schedules].toSorted(),
    );
  });

  it('do not write over a schedule that somebody else has changed meanwhile', {
    timeout: TEST_MS,
  }, async () => {
    await inView('/schedules/nightly-report', async (page) => {
      await button(page, 'Change').click();
      await dialog(page).getByLabel('Value').fill('{"mine": true}');
      const theirs = { topic: 'reports', cron: '0 3 * * *', payload: { theirs: true } };
      await ask('PUT', '/schedules/nightly-report', theirs);
      await button(page, 'Change schedule').click();
      await dialog(page).getByText('was changed by somebody else').waitFor();
    });
    const { cron, message } = await ask<{ cron: string; message: { payload: unknown } }>(
      'GET',
      '/schedules/nightly-report',
    );
    expect([cron, message.payload]).toEqual(['0 3 * * *', { theirs: true }]);
  });

  it('move letters of a plain topic that say nothing of where they come from', {
    timeout: TEST_MS,
  }, async () => {
    await ask('POST', '/topics', { name: 'by-hand' });
    await ask('POST', '/topics', { name: 'plain' });
    const hostile = '<img src=x onerror="document.title=1">';
    for (const n of [1, 2]) {
      await ask('POST', '/produce', { topic: 'plain', payload: { n, hostile }, key: hostile });
    }
    await inView('/dead-letters/plain', async (page) => {
      const grid = page.getByRole('grid', { name: 'Letters' });
      await grid.getByRole('gridcell').nth(1).click();
      await button(page, 'Edit and replace').click();
      ok(await button(page, 'Replace 1 letter').isDisabled(), 'nothing is changed yet');
      await button(page, 'Cancel').click();
      await page.keyboard.press('Escape');
      await button(page, 'Redrive all').click();
      await dialog(page)
        .getByText(/2 letters cannot be moved and will stay/)
        .waitFor();
      await dialog(page).getByLabel('To', { exact: true }).selectOption('topic');
      await dialog(page).getByLabel('Topic').fill('by-hand');
      await button(dialog(page) as never, 'Redrive 2 letters').click();
      await page.getByText('2 letters moved').waitFor();
      equal(await page.locator('img[src="x"]').count(), 0);
    });
    const { records } = await ask<{ records: { payload: unknown; key: string }[] }>(
      'GET',
      '/topics/by-hand/records',
    );
    deepEqual(records[1]?.payload, { n: 2, hostile });
    equal((await lettersOf('plain')).total, 0);
  });
});
