// What happens beside the page while somebody acts in it: members join a group that is being reset, workers take what a
// redrive brings back, a purge is undone elsewhere or too late.
import { type Client, connect } from '@millrace/client';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { askGateway, hold, type Json } from './support/meanwhile.ts';
import { hasChromium, type Sight, startSight } from './support/sight.ts';

const POLL = { timeout: 20_000 };
const REFUSED = /status of 4\d\d/;

let sight: Sight;
let client: Client;

const ask = (method: string, path: string, body?: unknown) =>
  askGateway(sight.millrace.httpUrl, method, path, body);

const button = (page: Page, name: string | RegExp) =>
  page.getByRole('button', { name, exact: true });
const dialog = (page: Page) => page.getByRole('dialog');
const range = <T>(count: number, make: (n: number) => T) =>
  Array.from({ length: count }, (_, n) => make(n));

/** Waits until it is in the group. */
async function join(group: string) {
  const consumer = client.consumer({ topics: 'visits', group, commit: 'none' });
  const first = consumer[Symbol.asyncIterator]().next();
  const members = async () => (await ask('GET', `/groups/${group}`)).members.length;
  await expect.poll(members, POLL).toBeGreaterThan(0);
  await first;
  return consumer;
}

const offsetsOf = async (group: string): Promise<number[]> =>
  (await client.admin.groupOffsets(group)).map(({ offset }) => offset);

/** A queue with so many dead letters, of two reasons in turn. */
async function deadLetters(queue: string, count: number): Promise<void> {
  await ask('POST', '/queues', { name: queue, settings: { maxDeliveries: 2 } });
  await ask('POST', `/queues/${queue}/messages`, {
    messages: range(count, (n) => ({ payload: n })),
  });
  const { messages } = await ask('POST', `/queues/${queue}/receive`, { max: count, waitMs: 5_000 });
  await ask('POST', `/queues/${queue}/acknowledge`, {
    items: messages.map(({ receipt }: Json, n: number) => ({
      receipt,
      kind: 'reject',
      error: n % 2 === 0 ? 'no address' : 'mailbox full',
    })),
  });
  await ask('POST', '/queues', { name: `${queue}.dlq`, topic: `${queue}.dlq` });
}
const lettersOf = async (queue: string) =>
  (await ask('GET', `/queues/${queue}.dlq/dead-letters`)).total;

describe.skipIf(!hasChromium)('what others do meanwhile', () => {
  beforeAll(async () => {
    sight = await startSight({ isEmpty: true });
    client = await connect({ brokers: sight.millrace.address });
    await ask('POST', '/topics', { name: 'visits', partitions: 3 });
    const records = range(90, (n) => ({ key: `k${n}`, payload: n }));
    await ask('POST', '/topics/visits/records', { records });
    const offsets = range(3, (partition) => ({ topic: 'visits', partition, offset: 5 }));
    await client.admin.commitGroupOffsets('reports', offsets);
  });
  afterAll(async () => {
    await client.close();
    await sight.close();
  });

  it('a member that joins after the preview stops the reset, and the preview is made again', async () => {
    const { page, faults, close } = await sight.open('/groups/reports');
    await button(page, 'Reset offsets').click();
    await button(page, 'Reset 3 partitions').waitFor();
    await dialog(page).getByText('5 → 0').first().waitFor();
    const consumer = await join('reports');
    await dialog(page)
      .getByText(/Somebody has joined: 1 member now, /)
      .waitFor();
    await expect.poll(() => dialog(page).getByText('5 → 0').count(), POLL).toBe(0);
    expect(
      await dialog(page)
        .getByRole('button', { name: /^Reset/ })
        .isDisabled(),
    ).toBe(true);
    await consumer.close();
    const moved = range(3, (partition) => ({ topic: 'visits', partition, offset: 7 }));
    const commit = () =>
      client.admin.commitGroupOffsets('reports', moved).then(
        () => true,
        () => false,
      );
    await expect.poll(commit, POLL).toBe(true);
    await button(page, 'Reset 3 partitions').waitFor();
    await dialog(page).getByText('7 → 0').first().waitFor();
    expect(await offsetsOf('reports')).toEqual([7, 7, 7]);
    expect(faults).toEqual([]);
    await close();
  });

  it('a member that joins while the reset is on its way: refused as a whole, and said so', async () => {
    const { page, faults, close } = await sight.open('/groups/reports');
    const go = await hold(page, '/groups/reports/reset');
    await button(page, 'Reset offsets').click();
    await button(page, 'Reset 3 partitions').click();
    const consumer = await join('reports');
    go();
    await dialog(page).getByText('GROUP_NOT_EMPTY').waitFor();
    await dialog(page)
      .getByText(/Somebody has joined: 1 member now, /)
      .waitFor();
    expect(await offsetsOf('reports')).toEqual([7, 7, 7]);
    await consumer.close();
    await button(page, 'Reset 3 partitions').click();
    await page
      .getByText('reports goes on elsewhere in 3 partitions: 21 records read again')
      .waitFor();
    expect(await offsetsOf('reports')).toEqual([0, 0, 0]);
    expect(faults.filter((fault) => !REFUSED.test(fault))).toEqual([]);
    await close();
  });

  it('a redrive runs to its end beside workers, and every count of it agrees', async () => {
    await deadLetters('parcels', 40);
    const seen: number[] = [];
    const { page, faults, close } = await sight.open('/dead-letters/parcels.dlq');
    await page.getByRole('row').filter({ hasText: 'no address' }).first().waitFor();
    const worker = client.worker({
      group: 'parcels',
      topics: 'parcels',
      handler: async ({ value }: Json) => void seen.push(value),
    });
    await button(page, 'Redrive all').click();
    await button(page, 'Redrive 40 letters').click();
    await page.getByText('40 letters moved', { exact: true }).waitFor();
    await page.getByText('completed', { exact: true }).waitFor();
    await page.getByText('looked at 40 of 40').waitFor();
    const [task] = (await ask('GET', '/tasks')).tasks;
    expect(task).toMatchObject({ state: 'completed', moved: 40, skipped: 0, failed: 0, total: 40 });
    expect(await lettersOf('parcels')).toBe(0);
    await page.locator('.stat', { hasText: /Letters\s*0/ }).waitFor();
    await expect.poll(() => seen.length, POLL).toBeGreaterThanOrEqual(40);
    await worker.close();
    expect(new Set(seen).size).toBe(40);
    // Counts of the dashboard are up to a second old.
    const finished = async () => (await client.admin.counters('parcels')).totals.acknowledged;
    await expect.poll(finished, POLL).toBeGreaterThanOrEqual(40);
    expect(faults).toEqual([]);
    await close();
  });

  it('a redrive that is cancelled leaves the rest where it was', async () => {
    await deadLetters('letters', 40);
    const { page, faults, close } = await sight.open('/dead-letters/letters.dlq');
    await page.getByRole('row').filter({ hasText: 'no address' }).first().waitFor();
    // Of very many letters the reasons are counted seldom; how many there are is told all the same.
    const letters = '/queues/letters.dlq/dead-letters';
    const old = JSON.stringify(await ask('GET', letters));
    await page.route(`**${letters}`, (route) =>
      route.fulfill({ contentType: 'application/json', body: old }),
    );
    await button(page, 'Redrive all').click();
    await dialog(page).getByLabel('Letters a second').fill('4');
    await button(page, 'Redrive 40 letters').click();
    await page.getByText(/^[1-9]\d* letters? moved/).waitFor();
    await button(page, 'Cancel').click();
    await page.getByText('cancelled', { exact: true }).waitFor();
    const [task] = (await ask('GET', '/tasks')).tasks;
    expect(task.state).toBe('cancelled');
    expect(task.moved).toBeLessThan(40);
    const rest = 40 - task.moved;
    await page.locator('.stat', { hasText: new RegExp(`Letters\\s*${rest}$`) }).waitFor();
    expect(await lettersOf('letters')).toBe(rest);
    const { fresh, ready, dead } = (await client.admin.counters('letters')).totals;
    expect([fresh + ready, dead]).toEqual([task.moved, rest]);
    expect(faults).toEqual([]);
    await close();
  });

  it('an undo from two tabs is done once, and one that is too late is offered no longer', async () => {
    const queue = '/queues/letters.dlq';
    const count = await lettersOf('letters');
    await ask('POST', `${queue}/purge`, { undoMs: 3_600_000 });
    const tabs = [await sight.open(queue), await sight.open(queue)];
    const [one, other] = tabs.map(({ page }) => page) as [Page, Page];
    for (const page of [one, other]) await button(page, 'Undo the purge').waitFor();
    // The other tab learns of nothing until it acts.
    await other.route(`**${queue}`, (route) => route.abort());
    await button(one, 'Undo the purge').click();
    await one.getByText(`${count} messages came back to letters.dlq`).waitFor();
    await button(one, 'Undo the purge').waitFor({ state: 'detached' });
    await button(other, 'Undo the purge').click();
    await other.getByText('No purge of share group letters.dlq can be undone.').waitFor();
    await other.unroute(`**${queue}`);
    await button(other, 'Undo the purge').waitFor({ state: 'detached' });
    expect(await lettersOf('letters')).toBe(count);

    await ask('POST', `${queue}/purge`, { undoMs: 6_000 });
    await button(one, 'Undo the purge').waitFor();
    await one.route(`**${queue}`, (route) => route.abort());
    await one.getByText('The time to undo it is over.').waitFor();
    expect(await button(one, 'Undo the purge').count()).toBe(0);
    const undone = ask('POST', `${queue}/purge/undo`).then(
      () => true,
      () => false,
    );
    expect(await undone).toBe(false);
    expect(await lettersOf('letters')).toBe(0);
    for (const { close } of tabs) await close();
  });
});
