// The page of somebody with few rights: what may not be seen is said, what may not be done is not offered as if it could be,
// and an act whose right went away meanwhile says which, and does nothing.
import type { AclRule } from '@millrace/client';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addressOf, PLACES } from './support/places.ts';
import { SEEDED } from './support/seed.ts';
import { axeFaults, hasChromium, type Sight, startSight } from './support/sight.ts';

const LEFT_OUT = 'What you may not see is left out of lists, counts and totals';
const REFUSED = /status of 40[34]/;

/** Views of lists: there the broker leaves out what may not be seen. Everything else is refused by name. */
const LISTS = ['/', '/topics', '/queues', '/dead-letters', '/groups', '/schedules', '/tasks'];
const OWN = 'mails';

let sight: Sight;
let token: string;

const ruleOf = (
  operation: AclRule['operation'],
  resource: AclRule['resource'],
  name: string,
): AclRule => ({ user: 'clerk', effect: 'allow', resource, pattern: 'literal', name, operation });
const security = () => {
  if (sight.seeded === undefined) throw new Error('nothing is seeded');
  return sight.seeded.client.admin.security;
};

async function inView(place: string, act: (page: Page) => Promise<void>) {
  const { page, faults, close } = await sight.open(place, { token });
  await act(page);
  expect(faults.filter((fault) => !REFUSED.test(fault))).toEqual([]);
  await close();
}

const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true });
async function expectDenied(page: Page, names: readonly string[], why: string): Promise<void> {
  for (const name of names) {
    const found = button(page, name).first();
    await expect.poll(() => found.getAttribute('title'), { timeout: 20_000 }).toBe(why);
    expect([name, await found.isDisabled()]).toEqual([name, true]);
  }
}

describe.skipIf(!hasChromium)('the page of a user of few rights', () => {
  beforeAll(async () => {
    sight = await startSight({ isSecure: true });
    await security().createUser({ user: 'clerk' });
    const rules = [
      ruleOf('read', 'topic', OWN),
      ruleOf('describe', 'topic', OWN),
      ruleOf('read', 'group', OWN),
      ruleOf('describe', 'group', OWN),
      // Of the schedule that appends to it.
      ruleOf('read', 'topic', 'reports'),
    ];
    await security().alterAcls({ add: rules });
    token = (await security().createToken({ user: 'clerk' })).token;
  });
  afterAll(() => sight.close());

  it('every view says what may not be seen, and shows nothing of it', async () => {
    const { page, faults, close } = await sight.open('/', { token });
    const hidden = [...SEEDED.queues, ...SEEDED.topics, ...SEEDED.groups, 'heartbeat'].filter(
      (name) => name !== OWN && name !== 'reports',
    );
    for (const at of PLACES.map(addressOf)) {
      await page.goto(`${sight.millrace.httpUrl}/#${at}`);
      await page.getByText(LEFT_OUT).waitFor();
      await page.locator('main .skeletons').first().waitFor({ state: 'detached' });
      const isOwn = at.includes(OWN) || LISTS.includes(at) || at === '/schedules/nightly-report';
      const refusal = page.getByText(/User clerk may not |No task has the id/).first();
      if (!isOwn) await refusal.waitFor();
      const text = (await page.locator('main').textContent()) ?? '';
      const asked = decodeURIComponent(at);
      const leaked = hidden.filter((name) => text.includes(name) && !asked.includes(name));
      expect([at, leaked]).toEqual([at, []]);
    }
    await page.goto(`${sight.millrace.httpUrl}/#/`);
    await page.getByText('Nothing of what you may see needs attention.').waitFor();
    await page.getByText('You may not see how the brokers are').waitFor();
    expect(await axeFaults(page)).toEqual([]);
    expect(faults.filter((fault) => !REFUSED.test(fault))).toEqual([]);
    await close();
  });

  it('what may not be done is not offered, and says which right it asks for', async () => {
    await inView(`/queues/${OWN}?tab=messages`, async (page) => {
      await expectDenied(page, ['Send message'], `You may not write topic ${OWN}.`);
      const acts = ['Purge', 'Retry now', 'Cancel', 'Dead-letter'];
      await expectDenied(page, acts, `You may not alter group ${OWN}.`);
      await expectDenied(page, ['Delete'], `You may not delete group ${OWN}.`);
    });
    await inView(`/topics/${OWN}`, async (page) => {
      await expectDenied(page, ['Change settings'], `You may not alter topic ${OWN}.`);
      await expectDenied(page, ['Delete'], `You may not delete topic ${OWN}.`);
    });
    await inView(`/dead-letters/${OWN}`, async (page) => {
      const acts = ['Purge', 'Redrive all', 'Redrive', 'Redrive selected'];
      await expectDenied(page, acts, `You may not alter group ${OWN}.`);
    });
    await inView('/schedules/nightly-report', async (page) => {
      await page.getByText('You may not see its next ticks').waitFor();
      await page.getByText('User clerk may not write topic reports.').waitFor();
      await expectDenied(page, ['Delete', 'Change', 'Pause'], 'You may not write topic reports.');
    });
  });

  it('a right that goes between the question and the act: which one is said, and nothing is done', async () => {
    const right = ruleOf('alter', 'group', OWN);
    await security().alterAcls({ add: [right] });
    const unresolved = async () => {
      const { fresh, ready, scheduled, leased } =
        (await sight.seeded?.client.admin.counters(OWN))?.totals ?? {};
      return [fresh, ready, scheduled, leased];
    };
    const before = await unresolved();
    await inView(`/queues/${OWN}`, async (page) => {
      await button(page, 'Purge').click();
      const act = page.getByRole('dialog').getByRole('button', { name: /^Purge \d+ messages$/ });
      await act.waitFor();
      await security().alterAcls({ remove: [right] });
      await act.click();
      await page.getByText(`User clerk may not alter group ${OWN}.`).first().waitFor();
      await act.waitFor({ state: 'detached' });
    });
    expect(await unresolved()).toEqual(before);
  });

  it('the undo of what somebody else purged is not offered either', async () => {
    const purged = await sight.seeded?.client.admin.purge({ group: OWN, undoMs: 3_600_000 });
    expect(purged?.messages).toBeGreaterThan(0);
    for (const place of [`/queues/${OWN}`, `/dead-letters/${OWN}`]) {
      await inView(place, async (page) => {
        await expectDenied(page, ['Undo the purge'], `You may not alter group ${OWN}.`);
      });
    }
  });
});
