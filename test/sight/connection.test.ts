// A gateway that goes away under the page: it says so, with the time, keeps what it has, and goes on by itself when the
// gateway is back. And a broker with nothing in it: the page teaches the first step, and that step works.
import { spawnSync } from 'node:child_process';
import { GatewayProcess } from '@millrace/harness';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasChromium, type Sight, startSight } from './support/sight.ts';

describe.skipIf(!hasChromium)('a connection that is lost, and an empty broker', () => {
  let sight: Sight;
  beforeAll(async () => {
    sight = await startSight({ isEmpty: true });
  });
  afterAll(async () => sight.close());

  it('an empty broker teaches the next step, and it does what it says', async () => {
    const { page, close } = await sight.open('/');
    await page.getByRole('heading', { name: 'Nothing here yet' }).waitFor();
    const [command = ''] = await page.locator('.command pre').allTextContents();
    const done = spawnSync('bash', ['-c', command], { encoding: 'utf8' });
    expect(done.stdout).toContain('"queue":"hello"');
    await page.getByRole('row', { name: /^hello/ }).waitFor();
    await page.getByText('Nothing needs attention.').waitFor();
    await close();
  });

  it('says since when it is lost, and is back by itself', async () => {
    const broker = sight.millrace.address;
    const first = await GatewayProcess.start({ broker });
    const port = new URL(first.httpUrl).port;
    const context = await sight.browser.newContext();
    const page = await context.newPage();
    await page.goto(`${first.httpUrl}/#/`);
    await page.getByText('Live', { exact: true }).waitFor();
    const health = await context.newPage();
    await health.goto(`${first.httpUrl}/#/brokers`);
    await health.getByText('ready', { exact: true }).waitFor();
    // The view's own code is there, and not only the page around it.
    await page.getByRole('heading', { level: 1, name: 'Overview' }).waitFor();
    await first.end('SIGKILL');
    await page.getByText(/^Connection lost at \d\d:\d\d:\d\d\./).waitFor({ timeout: 15_000 });
    await page.getByRole('heading', { level: 1, name: 'Overview' }).waitFor();
    // What nobody knows is not said to be well.
    expect(await page.getByText('Nothing needs attention.').count()).toBe(0);
    await health.getByText('The gateway does not answer.').waitFor();
    expect(await health.getByText('ready', { exact: true }).count()).toBe(0);
    // Nobody is there yet. Afterwards it would not be the button that finds the gateway, or not be there to be pressed.
    await page.getByRole('button', { name: 'Try now' }).click();
    const second = await GatewayProcess.start({ broker, flags: ['--http-port', port] });
    await page.getByText('Live', { exact: true }).waitFor({ timeout: 15_000 });
    await page.getByText(/^Connection lost/).waitFor({ state: 'detached' });
    await health.getByText('ready', { exact: true }).waitFor();
    await context.close();
    await second.end('SIGTERM');
  });
});
