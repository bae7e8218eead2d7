// Administration of users: what reaches the broker, and what does not.
import { inspect } from 'node:util';
import { scramVerifier } from '@millrace/protocol';
import { describe, expect, it } from 'vitest';
import { clientOf, fakeBroker, rejection } from './support/eventually.ts';

const PASSWORD = 'correct horse';

describe('users', () => {
  it('are made without telling the broker the password', async () => {
    const broker = await fakeBroker({ CreateUser: () => ({}) });
    const { admin } = await clientOf(broker);
    await admin.security.createUser({ user: 'alice', password: PASSWORD, superuser: true });
    const [first] = broker.requests('CreateUser');
    expect(first).toMatchObject({ user: 'alice', superuser: true, quotas: null });
    const { salt = new Uint8Array(), iterations = 0 } = first?.password ?? {};
    expect(iterations).toBe(10_000);
    expect(salt).toHaveLength(16);
    expect(first?.password).toEqual(await scramVerifier(PASSWORD, salt, iterations));
    expect(inspect(broker.seen, { depth: 20 })).not.toContain(PASSWORD);
    await admin.security.createUser({ user: 'bob', password: PASSWORD, iterations: 4_096 });
    await admin.security.createUser({ user: 'app' });
    const [, second, third] = broker.requests('CreateUser');
    expect(second?.password?.iterations).toBe(4_096);
    expect(second?.password?.salt).not.toEqual(salt);
    expect(third?.password).toBeNull();
  });

  it('are not made with a password that is none', async () => {
    const broker = await fakeBroker();
    const { security } = (await clientOf(broker)).admin;
    const empty = await rejection(security.createUser({ user: 'a', password: '' }));
    expect(empty).toMatchObject({ code: 'INVALID_REQUEST', detail: { field: 'password' } });
    const weak = { user: 'a', password: PASSWORD, iterations: 1 };
    const error = await rejection(security.createUser(weak));
    expect(error).toMatchObject({ code: 'INVALID_CONFIG', detail: { field: 'iterations' } });
    expect(broker.count('CreateUser')).toBe(0);
  });

  it('change in what is named alone', async () => {
    const broker = await fakeBroker({ AlterUser: () => ({}) });
    const { security } = (await clientOf(broker)).admin;
    await security.alterUser({ user: 'a', disabled: true });
    await security.alterUser({ user: 'a', password: null });
    await security.alterUser({ user: 'a', password: PASSWORD });
    const [disabled, without, renewed] = broker.requests('AlterUser');
    const nothing = { password: null, removePassword: false, superuser: null, quotas: null };
    expect(disabled).toEqual({ user: 'a', ...nothing, disabled: true });
    expect(without).toMatchObject({ password: null, removePassword: true });
    expect(renewed).toMatchObject({ password: { iterations: 10_000 }, removePassword: false });
  });

  it('are listed over all pages', async () => {
    const names = ['a', 'b', 'c'];
    const broker = await fakeBroker({
      ListUsers: ({ after, users }) => {
        const [user = ''] = names.filter((name) => after === null || name > after);
        expect(users).toBeNull();
        return { users: [userOf(user)], hasMore: user !== 'c' };
      },
    });
    const { security } = (await clientOf(broker)).admin;
    expect((await security.listUsers()).map(({ user }) => user)).toEqual(names);
  });
});

function userOf(user: string) {
  const quotas = {
    produceBytesPerSecond: null,
    fetchBytesPerSecond: null,
    requestsPerSecond: null,
  };
  const is = { superuser: false, disabled: false, hasPassword: true };
  return { user, createdAtMs: 1, ...is, quotas, tokens: [], accessKeys: [] };
}
