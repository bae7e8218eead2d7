// A page that logs in: the cookie it gets, what that lets in and what not, and how it ends.

import { LIMITS } from '@millrace/protocol';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type RimGateway, told } from '../http/open-rim.ts';
import { closeListeners, SocketListener } from '../rest/support/listeners.ts';
import { basic, bearer, SecureStage } from './stage.ts';

/** What ends with a login ends within twice this time. */
const REMEMBERED_MS = 400;
let stage: SecureStage;
let rim: RimGateway;
let anna: string;
const LISTED = 'https://listed.example';
const NOBODY = '401 UNAUTHENTICATED';
const FOREIGN = '403 FORBIDDEN_ORIGIN';
const PASSWORD = { user: 'anna', password: "anna's password" };

beforeAll(async () => {
  stage = await SecureStage.start();
  rim = await stage.open({ httpCorsOrigins: LISTED }, { rememberedMs: REMEMBERED_MS });
  anna = await stage.user('anna');
  await stage.admin.admin.createTopic({ name: 'anna-log' });
});
afterEach(closeListeners);
afterAll(async () => {
  await rim.close();
  await stage.close();
});

type Headers = Record<string, string>;
const ask = (method: string, path: string, headers: Headers = {}, body?: unknown) =>
  fetch(`${rim.url}${path}`, {
    method,
    headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
const cookieOf = (reply: Response) => reply.headers.get('set-cookie') ?? '';
/** Of a page of the gateway. */
const own = () => ({ origin: rim.url });
async function login(body: unknown = PASSWORD): Promise<Headers> {
  const reply = await ask('POST', '/session', own(), body);
  expect(reply.status).toBe(200);
  return { cookie: cookieOf(reply).split(';')[0] ?? '' };
}
async function tokensOf(user: string) {
  const [found] = await stage.admin.admin.security.listUsers([user]);
  return found?.tokens ?? [];
}

test('[H-32] who has logged in is told what it may do, of names that nothing has, too', async () => {
  const cookie = await login();
  const items = [
    { operation: 'alter', resource: 'group', name: 'anna-jobs' },
    { operation: 'write', resource: 'topic', name: 'anna-log' },
    { operation: 'alter', resource: 'group', name: 'bert-jobs' },
  ];
  const reply = await ask('POST', '/session/access', { ...cookie, ...own() }, { items });
  expect(await reply.json()).toEqual({
    items: [{ allowed: true }, { allowed: true }, { allowed: false }],
  });
  expect(await told(ask('POST', '/session/access', own(), { items }))).toBe(NOBODY);
});

describe('logging in', () => {
  test('[H-24] a password becomes a token of 12 hours in a cookie that no script sees', async () => {
    const reply = await ask('POST', '/session', own(), PASSWORD);
    expect(await reply.json()).toEqual({
      authentication: 'required',
      user: 'anna',
      superuser: false,
      cluster: { describe: false, create: false, alter: false, delete: false },
    });
    expect(cookieOf(reply)).toMatch(
      /^millrace-session=made\.mr_\S+; Path=\/; Max-Age=(43200|43199); HttpOnly; SameSite=Strict$/,
    );
    const made = (await tokensOf('anna')).find(({ label }) => label === 'dashboard');
    expect((made?.expiresAtMs ?? 0) - (made?.createdAtMs ?? 0)).toBeLessThanOrEqual(43_200_000);
    const cookie = cookieOf(reply).split(';')[0] ?? '';
    expect((await ask('GET', '/topics/anna-log', { cookie })).status).toBe(200);
    expect(JSON.stringify(rim.lines)).not.toMatch(/mr_|anna's password/);
  });

  test('[H-24] a token goes into the cookie itself, and outlives the login', async () => {
    const cookie = await login({ token: anna });
    expect(cookie['cookie']).toBe(`millrace-session=shown.${anna}`);
    expect((await ask('DELETE', '/session', { ...cookie, ...own() })).status).toBe(204);
    expect((await ask('GET', '/topics/anna-log', bearer(anna))).status).toBe(200);
  });

  test('[H-24] what was right a moment ago makes no login, and leaves no token', async () => {
    await stage.user('eve');
    const eve = { user: 'eve', password: "eve's password" };
    // It remembers for as long as gateways do.
    const other = await stage.open();
    const enter = (body: unknown) =>
      fetch(`${other.url}/session`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      });
    expect((await enter(eve)).status).toBe(200);
    const { security } = stage.admin.admin;
    await security.alterUser({ user: 'eve', password: 'another' });
    expect(await told(enter(eve))).toBe(NOBODY);
    expect((await enter({ ...eve, password: 'another' })).status).toBe(200);
    const made = (await tokensOf('eve')).length;
    await security.alterUser({ user: 'eve', disabled: true });
    expect(await told(enter({ ...eve, password: 'another' }))).toBe(NOBODY);
    expect((await tokensOf('eve')).length).toBe(made);
    await other.close();
  });

  test('[H-24] who logs in again has one login, whose logins are many loses the oldest', async () => {
    await stage.user('carl');
    const carl = { user: 'carl', password: "carl's password" };
    const first = await login(carl);
    const made = (await tokensOf('carl')).length;
    expect((await ask('POST', '/session', { ...own(), ...first }, carl)).status).toBe(200);
    expect((await tokensOf('carl')).length).toBe(made);
    expect(await told(ask('GET', '/topics', first))).toBe(NOBODY);
    for (let at = 0; at < LIMITS.delegatedTokensPerUserMax; at += 1) await login(carl);
    expect((await tokensOf('carl')).length).toBe(LIMITS.delegatedTokensPerUserMax + 1);
  });

  test('[H-24] over TLS the cookie is for TLS alone, also where a proxy has it', async () => {
    const host = new URL(rim.url).host;
    const reply = await ask('POST', '/session', { origin: `https://${host}` }, { token: anna });
    expect(cookieOf(reply)).toMatch(/^__Host-millrace-session=shown\..*; Path=\/; .*; Secure$/);
    const cookie = cookieOf(reply).split(';')[0] ?? '';
    const out = await ask('DELETE', '/session', { cookie, ...own() });
    expect(cookieOf(out)).toMatch(/^__Host-millrace-session=; .*Max-Age=0.*; Secure$/);
    // Of two the one counts that nobody but this host can have set.
    const eve = await stage.user('eve-of-tls');
    const both = `millrace-session=shown.${eve}; ${cookie}`;
    expect(await (await ask('GET', '/session', { cookie: both })).json()).toMatchObject({
      user: 'anna',
    });
  });

  test('[H-15] whatever is wrong, the answer is the same and sets nothing', async () => {
    const wrong = [
      { user: 'anna', password: 'a wrong one' },
      { user: 'nobody', password: 'a wrong one' },
      { user: 'admin', password: 'a wrong one' },
      { token: `${anna.slice(0, -2)}xx` },
      { token: 'nonsense' },
      { token: stage.gatewayToken.replace('mr_', 'mr_x') },
    ];
    for (const body of wrong) {
      const reply = ask('POST', '/session', own(), body);
      expect(cookieOf(await reply)).toBe('');
      expect(await told(reply)).toBe(NOBODY);
    }
    for (const body of [{}, { user: 'anna' }, { token: anna, user: 'anna' }, { password: 'x' }]) {
      expect(await told(ask('POST', '/session', own(), body))).toBe('400 INVALID_REQUEST');
    }
  });
});

describe('who asks', () => {
  const who = async (headers: Headers) => {
    const reply = await ask('GET', '/session', headers);
    return [reply.status, ((await reply.json()) as { user: string }).user, cookieOf(reply)];
  };

  test('[H-24] is told to everybody, and a cookie that is good for nothing goes', async () => {
    expect(await who({})).toEqual([200, null, '']);
    expect(await who(basic('anna', "anna's password"))).toEqual([200, 'anna', '']);
    expect(await who(await login())).toEqual([200, 'anna', '']);
    for (const value of ['', 'x', `made.${anna.slice(0, -2)}xx`, '%00', 'made.mr_', '"']) {
      const [status, user, cookie] = await who({ cookie: `millrace-session=${value}` });
      expect([value, status, user]).toEqual([value, 200, null]);
      expect(cookie).toContain('millrace-session=; Path=/; Max-Age=0');
    }
  });

  test('[H-24] a superuser may do everything', async () => {
    const root = { user: 'root', password: 'secret', superuser: true };
    await stage.admin.admin.security.createUser(root);
    const reply = await ask('GET', '/session', await login({ user: 'root', password: 'secret' }));
    expect(await reply.json()).toMatchObject({ superuser: true, cluster: { alter: true } });
  });

  test('the page can be loaded by whoever has not logged in, what it asks for cannot', async () => {
    expect((await ask('GET', '/')).status).toBe(200);
    expect(await told(ask('GET', '/dashboard'))).toBe(NOBODY);
    const script = { 'sec-fetch-site': 'same-origin', 'sec-fetch-mode': 'cors' };
    const refused = await ask('GET', '/dashboard', script);
    expect(refused.headers.get('www-authenticate')).toBe('Bearer');
  });
});

describe('[H-25] a cookie that a browser adds by itself', () => {
  const produce = (headers: Headers) =>
    ask('POST', '/produce', headers, { topic: 'anna-log', payload: 1 });

  test('lets act what says that it is of a page of the gateway', async () => {
    const cookie = await login();
    expect((await produce({ ...cookie, ...own() })).status).toBe(201);
    expect((await produce({ ...cookie, 'sec-fetch-site': 'same-origin' })).status).toBe(201);
  });

  test('lets nothing else act, whoever is listed', async () => {
    const cookie = await login();
    const foreign: Headers[] = [
      {},
      { origin: 'https://evil.example' },
      { origin: 'https://listed.example' },
      { origin: 'null' },
      { 'sec-fetch-site': 'none' },
      { 'sec-fetch-site': 'same-site' },
      { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' },
    ];
    for (const headers of foreign) {
      expect(await told(produce({ ...cookie, ...headers }))).toBe(FOREIGN);
      const gone = ask('DELETE', '/session', { ...cookie, ...headers });
      expect(await told(gone)).toBe(FOREIGN);
    }
    const consume = '/consume?topic=anna-log&group=anna-group';
    expect(await told(ask('GET', consume, cookie))).toBe(FOREIGN);
    const listed = { origin: LISTED };
    expect(await told(ask('GET', '/topics/anna-log', { ...cookie, ...listed }))).toBe(FOREIGN);
    // Who shows a token says so by itself.
    expect((await produce({ ...cookie, ...bearer(anna) })).status).toBe(201);
    expect((await produce({ ...listed, ...bearer(anna) })).status).toBe(201);
  });

  test('is nothing to the SQS API, and a login from elsewhere is none', async () => {
    const cookie = await login();
    expect((await ask('GET', '/?Action=ListQueues', cookie)).status).toBe(403);
    for (const origin of ['https://evil.example', LISTED]) {
      expect(await told(ask('POST', '/session', { origin }, PASSWORD))).toBe(FOREIGN);
      expect(await told(ask('DELETE', '/session', { origin }))).toBe(FOREIGN);
    }
  });
});

describe('the end of a login', () => {
  const tail = (headers: Headers) =>
    SocketListener.open(`${rim.url}/topics/anna-log/tail`, { headers: { ...own(), ...headers } });

  test('[H-26] logging out takes the token away at once, and ends feeds', async () => {
    const before = (await tokensOf('anna')).length;
    const cookie = await login();
    const socket = await tail(cookie);
    expect((await tokensOf('anna')).length).toBe(before + 1);
    const out = await ask('DELETE', '/session', { ...cookie, ...own() });
    expect([out.status, cookieOf(out)]).toEqual([
      204,
      'millrace-session=; Path=/; Max-Age=0; HttpOnly; SameSite=Strict',
    ]);
    expect((await tokensOf('anna')).length).toBe(before);
    expect(await told(ask('GET', '/topics', cookie))).toBe(NOBODY);
    expect(await socket.ended).toEqual({ code: 1008, reason: 'UNAUTHENTICATED' });
    expect((await ask('DELETE', '/session', { ...cookie, ...own() })).status).toBe(204);
  });

  test('[A-66] a user who was disabled meanwhile still takes the token away', async () => {
    await stage.user('dora');
    const cookie = await login({ user: 'dora', password: "dora's password" });
    const before = (await tokensOf('dora')).length;
    const { security } = stage.admin.admin;
    await security.alterUser({ user: 'dora', disabled: true });
    expect(await told(ask('GET', '/topics', cookie))).toBe(NOBODY);
    expect((await ask('DELETE', '/session', { ...cookie, ...own() })).status).toBe(204);
    expect((await tokensOf('dora')).length).toBe(before - 1);
    await security.alterUser({ user: 'dora', disabled: false });
    expect(await told(ask('GET', '/topics', cookie))).toBe(NOBODY);
  });

  test('[H-26] so does an operator who revokes it', async () => {
    const cookie = await login();
    const socket = await tail(cookie);
    const tokenId = /made\.mr_([a-z0-9]+)_/.exec(cookie['cookie'] ?? '')?.[1] ?? '';
    await stage.admin.admin.security.revokeToken(tokenId);
    expect(await socket.ended).toEqual({ code: 1008, reason: 'UNAUTHENTICATED' });
    expect(await told(ask('GET', '/topics', cookie))).toBe(NOBODY);
  });

  test('[H-26] the cookie says who it is, as a token does: an expired one is nobody', async () => {
    const expiresAtMs = Date.now() + 3_000;
    const { token } = await stage.admin.admin.security.createToken({ user: 'anna', expiresAtMs });
    const reply = await ask('POST', '/session', own(), { token });
    expect(Number(/Max-Age=(\d+)/.exec(cookieOf(reply))?.[1])).toBeLessThan(4);
    const cookie = cookieOf(reply).split(';')[0] ?? '';
    await expect
      .poll(() => told(ask('GET', '/topics/none', { cookie })), { timeout: 20_000 })
      .toBe(NOBODY);
  });
});
