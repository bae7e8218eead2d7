// Who may see the page, where the broker asks: a password that is wrong, one that is right, a token, and the end of it.
import { connect } from '@millrace/client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { axeFaults, hasChromium, picture, type Sight, startSight } from './support/sight.ts';

const PASSWORD = 'a password for ada';

describe.skipIf(!hasChromium)('the login of the page', () => {
  let sight: Sight;
  beforeAll(async () => {
    sight = await startSight({ isEmpty: true, flags: ['--authentication', 'required'] });
    const token = await sight.millrace.adminToken();
    const client = await connect({ brokers: sight.millrace.address, auth: { token } });
    await client.admin.security.createUser({ user: 'ada', password: PASSWORD, superuser: true });
    await client.close();
  });
  afterAll(async () => sight.close());

  it('lets in who knows the password, and out again', async () => {
    const { page, close } = await sight.open('/', { heading: 'Log in to Millrace' });
    expect(await axeFaults(page)).toEqual([]);
    await picture(page, 'login-wide-light');
    await page.getByLabel('User').fill('ada');
    await page.getByLabel('Password').fill('wrong');
    await page.keyboard.press('Enter');
    await page.getByRole('alert').waitFor();
    await picture(page, 'login-refused-wide-light');
    await page.getByLabel('Password').fill(PASSWORD);
    await page.getByRole('button', { name: 'Log in', exact: true }).click();
    await page.getByRole('heading', { level: 1, name: 'Overview' }).waitFor();
    await page.getByText('Live', { exact: true }).waitFor();
    await page.getByText('ada', { exact: true }).waitFor();
    expect(await page.evaluate<string>('document.cookie')).toBe('');
    await page.reload();
    await page.getByRole('heading', { level: 1, name: 'Overview' }).waitFor();
    await page.getByRole('button', { name: 'Log out' }).click();
    await page.getByRole('heading', { level: 1, name: 'Log in to Millrace' }).waitFor();
    const { status } = await page.request
      .get(`${sight.millrace.httpUrl}/dashboard`)
      .then((r) => ({ status: r.status() }));
    expect(status).toBe(401);
    await close();
  });

  it('takes a token, on a phone in the dark', async () => {
    const token = await sight.millrace.adminToken();
    const { page, close } = await sight.open('/', {
      size: 'phone',
      look: 'dark',
      heading: 'Log in to Millrace',
    });
    await page.getByRole('button', { name: 'Log in with a token' }).tap();
    await picture(page, 'login-token-phone-dark');
    expect(await axeFaults(page)).toEqual([]);
    await page.getByLabel('Token').fill(token);
    await page.getByRole('button', { name: 'Log in', exact: true }).tap();
    await page.getByRole('heading', { level: 1, name: 'Overview' }).waitFor();
    await close();
  });

  it('a session that ends elsewhere leads back to the login', async () => {
    const { page, close } = await sight.open('/', { heading: 'Log in to Millrace' });
    await page.getByLabel('User').fill('ada');
    await page.getByLabel('Password').fill(PASSWORD);
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { level: 1, name: 'Overview' }).waitFor();
    await page.context().clearCookies();
    await page.goto(`${sight.millrace.httpUrl}/#/brokers`);
    await page.getByRole('heading', { level: 1, name: 'Log in to Millrace' }).waitFor();
    await close();
  });

  it('a session that is revoked leads back to the login from a view that only listens', async () => {
    const token = await sight.millrace.adminToken();
    const client = await connect({ brokers: sight.millrace.address, auth: { token } });
    const { page, close } = await sight.open('/', { heading: 'Log in to Millrace' });
    await page.request.post(`${sight.millrace.httpUrl}/session`, {
      data: { user: 'ada', password: PASSWORD },
    });
    await page.goto(`${sight.millrace.httpUrl}/#/queues`);
    await page.reload();
    await page.getByRole('heading', { level: 1, name: 'Queues' }).waitFor();
    await page.getByText('Live', { exact: true }).waitFor();
    const [cookie] = await page.context().cookies();
    const [, id = ''] = /mr_([a-z0-9]+)_/.exec(cookie?.value ?? '') ?? [];
    await client.admin.security.revokeToken(id);
    await page.getByRole('heading', { level: 1, name: 'Log in to Millrace' }).waitFor();
    await page.getByLabel('User').fill('ada');
    await page.getByLabel('Password').fill(PASSWORD);
    await page.keyboard.press('Enter');
    // Where he was, and not where the login began.
    await page.getByRole('heading', { level: 1, name: 'Queues' }).waitFor();
    await page.getByText('Live', { exact: true }).waitFor();
    expect(await page.getByText(/^Connection lost/).count()).toBe(0);
    await client.close();
    await close();
  });
});
