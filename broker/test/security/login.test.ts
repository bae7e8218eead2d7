// Logging in over the wire, against a whole broker: what each mechanism takes, and what is said of failures.

import { APIS, type ApiName } from '@millrace/protocol';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { until } from '../rim/open-rim.ts';
import { HELLO, WireClient } from '../rim/wire-client.ts';
import {
  byPassword,
  byToken,
  newUser,
  SecureBroker,
  tryToken,
  verifierOf,
} from './secure-broker.ts';

let secure: SecureBroker;
let admin: WireClient;

beforeAll(async () => {
  secure = await SecureBroker.open();
  admin = await secure.admin();
});

afterAll(async () => {
  await secure.close();
});

describe('without a login', () => {
  test('Hello is refused, says which mechanisms there are, and the connection is closed [A-11]', async () => {
    const client = await WireClient.open(secure.port);
    const { error } = await client.ask('Hello', HELLO);
    expect(error).toMatchObject({
      code: 'AUTHENTICATION_REQUIRED',
      detail: { field: 'mechanism' },
    });
    expect(error?.detail.limit).toBe('SCRAM-SHA-256, TOKEN');
    await client.closed;
  });

  test('no API is answered before it, and none but Authenticate within it [A-12]', async () => {
    for (const api of Object.keys(APIS) as ApiName[]) {
      if (api === 'Hello') continue;
      const client = await WireClient.open(secure.port);
      client.send('ListGroups', 1, {});
      expect((await client.next(api)).error?.code).toBe('HELLO_REQUIRED');
      await client.closed;
    }
    const client = await WireClient.open(secure.port);
    const credentials = Buffer.from('n,,n=somebody,r=nonce');
    const begun = await client.ask('Hello', { ...HELLO, mechanism: 'SCRAM-SHA-256', credentials });
    expect(begun.body).toMatchObject({ user: null });
    expect((await client.ask('Metadata', {})).error?.code).toBe('AUTHENTICATION_REQUIRED');
    await client.closed;
  });

  test('a mechanism that is not there, or without what it takes, is refused and another may be tried', async () => {
    const client = await WireClient.open(secure.port);
    for (const more of [
      { mechanism: 'PLAIN', credentials: Buffer.from('x') },
      { mechanism: 'TOKEN' },
      { mechanism: 'SCRAM-SHA-256' },
    ]) {
      expect((await client.ask('Hello', { ...HELLO, ...more })).error?.code).toBe(
        'INVALID_REQUEST',
      );
    }
    const credentials = Buffer.from(secure.adminToken);
    const reply = await client.ask('Hello', { ...HELLO, mechanism: 'TOKEN', credentials });
    expect(reply.body?.user).toBe('admin');
    client.socket.destroy();
  });
});

describe('SCRAM-SHA-256', () => {
  test('the right password comes in, and both sides know each other [A-13]', async () => {
    const { user } = await newUser(admin);
    const client = await WireClient.open(secure.port);
    const { hello, last, isServerKnown } = await byPassword(client, user, 'right horse');
    expect(hello.body?.user).toBeNull();
    expect(last?.body?.user).toBe(user);
    expect(isServerKnown).toBe(true);
    expect((await client.ask('ListGroups', {})).body).toEqual({ groups: [] });
    expect((await client.ask('Hello', HELLO)).error?.code).toBe('INVALID_REQUEST');
    const again = await client.ask('Authenticate', { credentials: Buffer.from('x') });
    expect(again.error?.code).toBe('INVALID_REQUEST');
    expect((await client.ask('ListGroups', {})).body).toEqual({ groups: [] });
    client.socket.destroy();
  });

  test('an unknown user, a disabled one, one without a password and a wrong password look the same [A-13]', async () => {
    const { user: known } = await newUser(admin);
    const { user: disabled } = await newUser(admin);
    await admin.ask('AlterUser', { user: disabled, disabled: true });
    await admin.ask('CreateUser', { user: 'bare' });
    const tries = [known, disabled, 'bare', 'nobody'].map(async (user) => {
      const client = await WireClient.open(secure.port);
      return { client, ...(await byPassword(client, user, 'wrong horse')) };
    });
    for (const { client, last, serverFirst } of await Promise.all(tries)) {
      expect(serverFirst).toMatch(/^r=.{48},s=[A-Za-z0-9+/]{22}==,i=\d+$/);
      expect(last?.error).toMatchObject({ code: 'AUTHENTICATION_FAILED' });
      expect(last?.error?.detail).toEqual({
        field: undefined,
        limit: undefined,
        retryAfterMs: undefined,
      });
      await client.closed;
    }
    const challengeOf = async (user: string) => {
      const client = await WireClient.open(secure.port);
      const credentials = Buffer.from(`n,,n=${user},r=nonce`);
      const reply = await client.ask('Hello', {
        ...HELLO,
        mechanism: 'SCRAM-SHA-256',
        credentials,
      });
      client.socket.destroy();
      return Buffer.from(reply.body?.challenge ?? [])
        .toString()
        .replace(/^r=[^,]*,/, '');
    };
    // The same salt at each try, as a real user has; another user has another one.
    expect(await challengeOf('nobody')).toBe(await challengeOf('nobody'));
    expect(await challengeOf('nobody')).not.toBe(await challengeOf('nobody2'));
  });

  test.each([
    ['a header of channel binding', 'p=tls-unique,,n=u,r=abc'],
    ['somebody else to act for', 'n,a=admin,n=u,r=abc'],
    ['no user', 'n,,n=,r=abc'],
    ['a bad escape', 'n,,n=a=2c,r=abc'],
    ['no nonce', 'n,,n=u'],
    ['a nonce of controls', 'n,,n=u,r=a\u0001'],
    ['what has to be understood', 'n,,m=x,n=u,r=abc'],
    ['no text', '\u00ff'],
  ])('a first message with %s is refused', async (_, text) => {
    const client = await WireClient.open(secure.port);
    const credentials = Buffer.from(text, 'latin1');
    const reply = await client.ask('Hello', { ...HELLO, mechanism: 'SCRAM-SHA-256', credentials });
    expect(reply.error).toMatchObject({
      code: 'INVALID_REQUEST',
      detail: { field: 'credentials' },
    });
    client.socket.destroy();
  });

  test.each([
    'c=biws,r=other,p=AAAA',
    'c=eSws,r=nonce,p=AAAA',
    'c=biws,r=nonce',
    'c=biws,r=nonce,p=not base64',
    '',
  ])('a last message %j is refused, and the connection is closed', async (text) => {
    const client = await WireClient.open(secure.port);
    const credentials = Buffer.from('n,,n=u,r=nonce');
    await client.ask('Hello', { ...HELLO, mechanism: 'SCRAM-SHA-256', credentials });
    const reply = await client.ask('Authenticate', { credentials: Buffer.from(text) });
    expect(reply.error?.code).toBe('INVALID_REQUEST');
    await client.closed;
  });
});

describe('tokens', () => {
  test('a token comes in; one that is wrong, unknown, revoked or expired does not [A-14]', async () => {
    const fresh = await SecureBroker.open();
    const boss = await fresh.admin();
    await boss.ask('CreateUser', { user: 'alice' });
    const { body } = await boss.ask('CreateToken', { user: 'alice' });
    const { token = '', tokenId = '' } = body ?? {};
    expect(token).toMatch(new RegExp(`^mr_${tokenId}_[A-Za-z0-9_-]{43}$`));
    const client = await byToken(fresh.port, token);
    expect((await client.ask('CheckAccess', { items: [] })).body?.user).toBe('alice');
    const wrong = `${token.slice(0, -2)}${token.endsWith('AA') ? 'BB' : 'AA'}`;
    const expired = await boss.ask('CreateToken', { user: 'alice', expiresAtMs: Date.now() + 50 });
    const goneAtMs = Date.now() + 60;
    const texts = [wrong, `mr_0123456789abcdef_${'A'.repeat(43)}`, 'nonsense', ''];
    const tried = await Promise.all(texts.map((text) => tryToken(fresh.port, text)));
    for (const { reply } of tried) expect(reply.error?.code).toBe('AUTHENTICATION_FAILED');
    await Promise.all(tried.map((each) => each.client.closed));
    await until(() => Date.now() > goneAtMs, 'the token has expired');
    const late = await tryToken(fresh.port, expired.body?.token ?? '');
    expect(late.reply.error?.code).toBe('AUTHENTICATION_FAILED');
    await boss.ask('RevokeToken', { tokenId });
    expect((await tryToken(fresh.port, token)).reply.error?.code).toBe('AUTHENTICATION_FAILED');
    await fresh.close();
  });
});

test('many failures are refused unseen, with the time to wait; who logged in before still comes in [A-20] [A-21]', async () => {
  const other = await SecureBroker.open();
  const boss = await other.admin();
  await boss.ask('CreateUser', { user: 'alice', password: verifierOf('right horse') });
  const right = async () => {
    const client = await WireClient.open(other.port);
    const { hello, last } = await byPassword(client, 'alice', 'right horse');
    return hello.error ?? last?.error ?? last?.body?.user;
  };
  expect(await right()).toBe('alice');
  const tries = Array.from({ length: 10 }, () => tryToken(other.port, 'nonsense'));
  for (const { reply } of await Promise.all(tries)) {
    expect(reply.error?.code).toBe('AUTHENTICATION_FAILED');
    expect(reply.error?.detail.retryAfterMs).toBeUndefined();
  }
  const { reply } = await tryToken(other.port, 'nonsense');
  expect(reply.error?.detail.retryAfterMs).toBeGreaterThan(0);
  expect(reply.error?.detail.retryAfterMs).toBeLessThanOrEqual(60_000);
  expect(await right()).toBe('alice');
  await until(() => other.audit('login_failed').length >= 2, 'the failures are told');
  // Ten failures are one line now and one later, and the refusals another one.
  expect(other.audit('login_failed')).toHaveLength(2);
  await other.close();
  const [first, second, sum] = other.audit('login_failed');
  expect(first).toMatchObject({
    mechanism: 'TOKEN',
    outcome: 'AUTHENTICATION_FAILED',
    api: 'Hello',
  });
  expect(second).toMatchObject({ outcome: 'throttled' });
  expect(sum).toMatchObject({ outcome: 'AUTHENTICATION_FAILED', count: 9 });
  expect(other.audit('login').map((line) => line['user'])).toEqual(['admin', 'alice', 'alice']);
});

test('without authentication a mechanism is refused, but for the gateway of the process [A-17]', async () => {
  const open = await SecureBroker.open({ authentication: 'none' });
  const client = await WireClient.open(open.port);
  const credentials = Buffer.from('mr_x');
  for (const more of [{ mechanism: 'TOKEN', credentials }, { actAs: 'alice' }]) {
    expect((await client.ask('Hello', { ...HELLO, ...more })).error?.code).toBe('INVALID_REQUEST');
  }
  expect((await client.ask('Hello', HELLO)).body).toMatchObject({ user: null, challenge: null });
  expect((await client.ask('CreateUser', { user: 'later' })).error).toBeUndefined();
  client.socket.destroy();
  const gateway = await byToken(open.port, open.broker.gatewayToken);
  expect((await gateway.ask('ListUsers', {})).body?.users).toHaveLength(1);
  gateway.socket.destroy();
  await open.close();
});
