// What a connection that has logged in stands on, and what ends it; gateways that act for others; the administrator's token.

import { chmodSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { WireClient } from '../rim/wire-client.ts';
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

describe('the end of what a connection stands on', () => {
  test.each(['revoked', 'expired', 'disabled', 'deleted', 'made anew'] as const)(
    'a connection by a token ends when it is %s [A-30]',
    async (how) => {
      const { user } = await newUser(admin);
      const expiresAtMs = how === 'expired' ? Date.now() + 400 : null;
      const made = await admin.ask('CreateToken', { user, expiresAtMs });
      const { token = '', tokenId = '' } = made.body ?? {};
      const client = await byToken(secure.port, token);
      const other = await secure.admin();
      if (how === 'revoked') await admin.ask('RevokeToken', { tokenId });
      if (how === 'disabled') await admin.ask('AlterUser', { user, disabled: true });
      if (how === 'deleted' || how === 'made anew') await admin.ask('DeleteUser', { user });
      if (how === 'made anew') await admin.ask('CreateUser', { user });
      const last = await client.next('Hello');
      expect(last).toMatchObject({ correlationId: 0, error: { code: 'AUTHENTICATION_FAILED' } });
      await client.closed;
      expect((await other.ask('ListUsers', { users: [] })).body).toBeDefined();
      other.socket.destroy();
    },
  );

  test.each(['removed', 'changed'] as const)(
    'a connection by a password ends when that is %s; one by a token stays [A-30]',
    async (how) => {
      const { user, token } = await newUser(admin);
      const client = await WireClient.open(secure.port);
      expect((await byPassword(client, user, 'right horse')).last?.body?.user).toBe(user);
      const stays = await byToken(secure.port, token);
      const change = how === 'removed' ? { removePassword: true } : { password: verifierOf('new') };
      await admin.ask('AlterUser', { user, ...change });
      expect((await client.next('Hello')).error?.code).toBe('AUTHENTICATION_FAILED');
      await client.closed;
      expect((await stays.ask('CheckAccess', { items: [] })).body?.user).toBe(user);
      stays.socket.destroy();
    },
  );

  test('who revokes its own token is answered before it goes', async () => {
    const { token, tokenId } = await newUser(admin, true);
    const client = await byToken(secure.port, token);
    expect((await client.ask('RevokeToken', { tokenId })).body).toBeDefined();
    expect((await client.next('Hello')).correlationId).toBe(0);
    await client.closed;
  });

  test('a superuser that is one no more may do no more what it could [A-32]', async () => {
    const { user, token } = await newUser(admin, true);
    const client = await byToken(secure.port, token);
    expect((await client.ask('ListUsers', {})).error).toBeUndefined();
    await admin.ask('AlterUser', { user, superuser: false });
    expect((await client.ask('ListUsers', {})).error?.code).toBe('NOT_AUTHORIZED');
    client.socket.destroy();
  });
});

describe('acting for others', () => {
  test('a gateway acts for a user, with what that user may do [A-16]', async () => {
    const { user } = await newUser(admin);
    const { user: gateway, token } = await newUser(admin);
    const rule = { effect: 'allow', resource: 'cluster', pattern: 'literal', name: '' } as const;
    const delegate = { ...rule, user: gateway, operation: 'delegate' } as const;
    expect((await tryToken(secure.port, token, { actAs: user })).reply.error).toMatchObject({
      code: 'NOT_AUTHORIZED',
      detail: { field: 'actAs' },
    });
    await admin.ask('AlterAcls', { add: [delegate], remove: [] });
    const { client, reply } = await tryToken(secure.port, token, {
      actAs: user,
      actFor: '192.0.2.9',
    });
    expect(reply.body?.user).toBe(user);
    expect((await client.ask('CheckAccess', { items: [] })).body?.user).toBe(user);
    expect((await client.ask('CreateTopic', { name: 'not-mine' })).error?.code).toBe(
      'NOT_AUTHORIZED',
    );
    expect(secure.audit('denied').at(-1)).toMatchObject({
      user: gateway,
      onBehalfOf: user,
      remoteAddress: '192.0.2.9',
      api: 'CreateTopic',
      resource: 'topic',
      name: 'not-mine',
      operation: 'create',
    });
    for (const actAs of ['nobody', 'admin', 'gateway']) {
      const refused = await tryToken(secure.port, token, { actAs });
      expect(refused.reply.error?.code).toMatch(/^NOT_AUTHORIZED$|^AUTHENTICATION_FAILED$/);
      await refused.client.closed;
    }
    // What the gateway may is gone: so are its connections for others.
    await admin.ask('AlterAcls', { add: [], remove: [delegate] });
    expect((await client.next('Hello')).error?.code).toBe('AUTHENTICATION_FAILED');
    await client.closed;
  });

  test('the gateway of the process acts for the administrator too, and may nothing itself [A-17]', async () => {
    const { gatewayToken } = secure.broker;
    const itself = await byToken(secure.port, gatewayToken);
    expect((await itself.ask('ListUsers', {})).error?.code).toBe('NOT_AUTHORIZED');
    const client = await byToken(secure.port, gatewayToken, { actAs: 'admin' });
    expect((await client.ask('ListUsers', {})).error).toBeUndefined();
    itself.socket.destroy();
    client.socket.destroy();
  });
});

describe('the token of the administrator', () => {
  test('it is for the owner alone, stays over restarts, and is in no line of the log [A-10]', async () => {
    const path = join(secure.dataDir, 'admin.token');
    const token = secure.adminToken;
    expect(statSync(path).mode & 0o777).toBe(0o600);
    await secure.close();
    chmodSync(path, 0o644);
    await secure.start();
    expect(secure.adminToken).toBe(token);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(JSON.stringify(secure.lines)).not.toContain(token);
    admin = await secure.admin();
  });

  test('a data directory that the start makes is for the owner alone [A-19]', async () => {
    const dataDir = join(secure.dataDir, 'made');
    const other = await SecureBroker.open({ dataDir });
    expect(statSync(dataDir).mode & 0o777).toBe(0o700);
    await other.close();
  });

  test('a file that is no token, or a link, keeps the broker from starting; a missing one is made', async () => {
    const path = join(secure.dataDir, 'admin.token');
    const token = secure.adminToken;
    await secure.close();
    writeFileSync(path, 'x\n');
    await expect(secure.start()).rejects.toThrow('admin.token');
    rmSync(path);
    writeFileSync(`${path}.elsewhere`, `${token}\n`);
    symlinkSync(`${path}.elsewhere`, path);
    await expect(secure.start()).rejects.toThrow('ELOOP');
    rmSync(path);
    await secure.start();
    expect(readFileSync(path, 'utf8')).toMatch(/^mr_admin_[A-Za-z0-9_-]{43}\n$/);
    expect(secure.adminToken).not.toBe(token);
    expect((await tryToken(secure.port, token)).reply.error?.code).toBe('AUTHENTICATION_FAILED');
    admin = await secure.admin();
  });
});
