// Who may read the admin pages of a broker that asks who its clients are, from this machine and from others.

import { networkInterfaces } from 'node:os';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { metricsReaders } from '../../src/admin/metrics-readers.ts';
import { SecureBroker } from './secure-broker.ts';

/** Of this machine, as others reach it: without a network there is none. */
const outside = Object.values(networkInterfaces())
  .flatMap((all) => all ?? [])
  .find(({ internal, family }) => !internal && family === 'IPv4')?.address;

let secure: SecureBroker;

beforeAll(async () => {
  secure = await SecureBroker.open({ adminHost: outside ?? '127.0.0.1' });
});

afterAll(async () => {
  await secure.close();
});

async function page(path: string, token?: string) {
  const headers = new Headers(token === undefined ? [] : [['authorization', `Bearer ${token}`]]);
  const url = `http://${outside ?? '127.0.0.1'}:${secure.adminPort}${path}`;
  const { status, headers: got } = await fetch(url, { headers });
  return { status, challenge: got.get('www-authenticate'), retryAfter: got.get('retry-after') };
}

test.skipIf(outside === undefined)(
  'beyond loopback metrics take the token of a user who may describe the cluster [A-35]',
  async () => {
    const admin = await secure.admin();
    await admin.ask('CreateUser', { user: 'scraper' });
    const { token } = (await admin.ask('CreateToken', { user: 'scraper' })).body ?? {};
    expect((await page('/healthz')).status).toBe(200);
    await expect.poll(async () => (await page('/readyz')).status).toBe(200);
    expect(await page('/metrics')).toMatchObject({ status: 401, challenge: 'Bearer' });
    expect((await page('/metrics', 'nonsense')).status).toBe(401);
    expect((await page('/metrics', token)).status).toBe(403);
    const rule = {
      user: 'scraper',
      effect: 'allow',
      resource: 'cluster',
      pattern: 'literal',
      name: '',
      operation: 'describe',
    } as const;
    await admin.ask('AlterAcls', { add: [rule], remove: [] });
    expect((await page('/metrics', token)).status).toBe(200);
    expect((await page('/metrics', secure.adminToken)).status).toBe(200);
    await admin.ask('AlterUser', { user: 'scraper', disabled: true });
    expect((await page('/metrics', token)).status).toBe(401);
    admin.socket.destroy();
  },
);

test('from this machine, or where the options say so, nobody is asked; in plain text from afar nobody is believed [A-35]', async () => {
  const from = (remoteAddress: string) =>
    ({ headers: {}, socket: { remoteAddress, localAddress: '198.51.100.1' } }) as never;
  const readers = (authentication: 'none' | 'required', metricsAnonymous: boolean) =>
    metricsReaders({ authentication, metricsAnonymous }, () => undefined);
  await readers('none', false)(from('192.0.2.1'));
  await readers('required', true)(from('192.0.2.1'));
  await readers('required', false)(from('::ffff:127.0.0.1'));
  await readers('required', false)(from('::1'));
  const far = readers('required', false)(from('192.0.2.1'));
  await expect(far).rejects.toMatchObject({ code: 'AUTHENTICATION_REQUIRED' });
  const early = readers('required', false)(from('198.51.100.1'));
  await expect(early).rejects.toMatchObject({ code: 'SHUTTING_DOWN' });
});
