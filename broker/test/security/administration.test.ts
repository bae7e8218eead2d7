// Administration through the handlers: what is told is on the disk, what failed is as if it had not been asked, and no
// secret is ever on the disk.
import type { PlainValue, Store } from '@millrace/storage';
import { MemoryStore, TABLES, type TableName } from '@millrace/storage';
import { FaultyStore, gate } from '@millrace/storage/testing';
import { describe, expect, it } from 'vitest';
import { openTestShard } from '../shard/open-test-shard.ts';
import { testSecurity } from '../shard/test-security.ts';
import { connectionOf, createUser, usersOf, verifierOf } from './security-setup.ts';

const RULE = {
  user: 'ada',
  effect: 'allow',
  resource: 'topic',
  pattern: 'prefix',
  name: 'orders',
  operation: 'read',
} as const;

/** Every text and all bytes that a store holds, of both spellings a secret could have. */
function contentsOf(store: Store): string {
  const parts: string[] = [];
  const look = (value: PlainValue) => {
    if (value instanceof Uint8Array) parts.push(Buffer.from(value).toString('latin1'));
    else if (typeof value === 'object' && value !== null) Object.values(value).forEach(look);
    else parts.push(String(value));
  };
  for (const table of Object.keys(TABLES) as TableName[]) {
    for (const [key, value] of store.range(table, {})) {
      parts.push(key.join(' '));
      look(value);
    }
  }
  return parts.join('\n');
}

describe('administration of users', () => {
  it('[A-41] outlives a restart, users with all that is theirs', async () => {
    const store = new MemoryStore();
    const before = openTestShard(store);
    await createUser(before, 'ada', { password: await verifierOf('pencil'), superuser: true });
    await createUser(before, 'bob', { quotas: { requestsPerSecond: 7 } });
    await before.call('CreateToken', { user: 'ada', label: 'ci' });
    await before.call('CreateAccessKey', { user: 'bob' });
    await before.call('AlterAcls', { add: [RULE, { ...RULE, user: '*' }], remove: [] });
    const users = await usersOf(before);
    const rules = await before.call('ListAcls', {});
    expect(users).toMatchObject([{ hasPassword: true, superuser: true }, { disabled: false }]);
    expect(rules.rules).toHaveLength(2);
    await before.close();
    const after = openTestShard(store);
    expect(await usersOf(after)).toEqual(users);
    expect(await after.call('ListAcls', {})).toEqual(rules);
    await after.close();
  });

  it('[A-46] puts no password, token or secret on the disk', async () => {
    const store = new MemoryStore();
    const shard = openTestShard(store);
    await createUser(shard, 'ada', { password: await verifierOf('correct horse') });
    const { token } = await shard.call('CreateToken', { user: 'ada' });
    const { secret } = await shard.call('CreateAccessKey', { user: 'ada' });
    const own = {
      user: 'ada',
      accessKeyId: 'AKIAFROMELSEWHERE123',
      secret: 'wJalrXUtnFEMI/K7MDENG',
    };
    await shard.call('CreateAccessKey', own);
    const contents = contentsOf(store);
    expect(contents).toContain('AKIAFROMELSEWHERE123');
    for (const hidden of ['correct horse', token.slice(-43), secret, own.secret]) {
      expect(hidden.length).toBeGreaterThan(8);
      expect(contents).not.toContain(hidden);
      expect(contents).not.toContain(Buffer.from(hidden).toString('base64'));
    }
    await shard.close();
  });

  it.each([
    ['CreateUser', { user: 'new' }],
    ['AlterUser', { user: 'ada', disabled: true }],
    ['DeleteUser', { user: 'ada' }],
    ['CreateToken', { user: 'ada' }],
    ['CreateAccessKey', { user: 'ada' }],
    ['AlterAcls', { add: [RULE], remove: [] }],
  ] as const)(
    '%s that could not be kept has not happened, and can be asked again',
    async (api, request) => {
      const store = new FaultyStore(new MemoryStore());
      const security = testSecurity();
      const shard = openTestShard(store, {}, security);
      await createUser(shard, 'ada');
      const users = await usersOf(shard);
      store.script({ kind: 'abort' });
      await expect(shard.call(api, request)).rejects.toMatchObject({ code: 'STORAGE_ERROR' });
      expect(await usersOf(shard)).toEqual(users);
      expect((await shard.call('ListAcls', {})).rules).toEqual([]);
      expect(security.takenAway()).toBe(0);
      await shard.call(api, request);
      await shard.close();
      expect(shard.fatal).toEqual([]);
    },
  );

  it('[A-42] deletes a user with all that is its own in one commit', async () => {
    const store = new FaultyStore(new MemoryStore());
    const shard = openTestShard(store);
    await createUser(shard, 'ada');
    await shard.call('CreateToken', { user: 'ada' });
    await shard.call('CreateAccessKey', { user: 'ada' });
    await shard.call('AlterAcls', { add: [RULE], remove: [] });
    const before = store.commits.length;
    expect(await shard.call('DeleteUser', { user: 'ada' })).toEqual({
      tokens: 1,
      accessKeys: 1,
      rules: 1,
    });
    const tables = store.commits.slice(before).map((writes) => writes.map(({ table }) => table));
    const own = tables.map((commit) => commit.filter((table) => table !== 'meta').toSorted());
    expect(own).toEqual([['accessKeys', 'acls', 'tokens', 'users']]);
    await shard.close();
  });

  it('[A-56] says that sessions have lost what they stand on once that is on the disk, not before', async () => {
    const store = new FaultyStore(new MemoryStore());
    const security = testSecurity();
    const shard = openTestShard(store, {}, security);
    await createUser(shard, 'ada', { password: await verifierOf('pencil') });
    await createUser(shard, 'bob');
    const { tokenId } = await shard.call('CreateToken', { user: 'ada' });
    const { until, open } = gate();
    store.script({ kind: 'delay', until });
    const revoking = shard.call('RevokeToken', { tokenId });
    await new Promise((resolve) => setTimeout(resolve, 10));
    expect(security.takenAway()).toBe(0);
    open();
    expect(await revoking).toEqual({ user: 'ada' });
    expect(security.takenAway()).toBe(1);
    await shard.call('AlterUser', { user: 'ada', password: await verifierOf('ink') });
    expect(security.takenAway()).toBe(2);
    await shard.call('AlterUser', { user: 'ada', removePassword: true });
    expect(security.takenAway()).toBe(3);
    await shard.call('AlterUser', { user: 'ada', disabled: true });
    expect(security.takenAway()).toBe(4);
    await shard.call('DeleteUser', { user: 'bob' });
    expect(security.takenAway()).toBe(5);
    await shard.call('AlterAcls', { add: [], remove: [RULE] });
    expect(security.takenAway()).toBe(6);
    await shard.close();
  });
});

describe('a question of access', () => {
  const items = [
    { operation: 'read', resource: 'topic', name: 'orders.eu' },
    { operation: 'write', resource: 'topic', name: 'orders.eu' },
  ] as const;

  it('[A-54] is answered with the rule, to whoever asks for itself', async () => {
    const shard = openTestShard();
    await createUser(shard, 'ada');
    await shard.call('AlterAcls', { add: [RULE], remove: [] });
    const answers = [
      { allowed: true, rule: RULE },
      { allowed: false, rule: null },
    ];
    const expected = { user: 'ada', superuser: false, answers };
    for (const user of [null, 'ada']) {
      const reply = await shard.call(
        'CheckAccess',
        { user, items },
        undefined,
        connectionOf('ada'),
      );
      expect(reply).toEqual(expected);
    }
    expect(await shard.call('CheckAccess', { user: 'ada', items })).toEqual(expected);
    await shard.close();
  });

  it('[A-54] is answered for others, where they are', async () => {
    const shard = openTestShard();
    await createUser(shard, 'ada');
    const ask = (user: string) =>
      shard.call('CheckAccess', { user, items }, undefined, connectionOf('bob'));
    expect(await ask('ada')).toMatchObject({ user: 'ada' });
    await expect(ask('who')).rejects.toMatchObject({ code: 'UNKNOWN_USER' });
    await shard.close();
  });

  it('[A-54] is answered for those that are built in, who ask for themselves', async () => {
    const shard = openTestShard();
    const ask = (user: string) =>
      shard.call('CheckAccess', { items }, undefined, connectionOf(user));
    const [yes, no] = [true, false].map((allowed) => ({ allowed, rule: null }));
    expect(await ask('admin')).toEqual({ user: 'admin', superuser: true, answers: [yes, yes] });
    expect(await ask('gateway')).toEqual({ user: 'gateway', superuser: false, answers: [no, no] });
    await shard.close();
  });

  it('[A-54] of a broker that asks nobody who they are is answered with yes', async () => {
    const shard = openTestShard();
    const yes = { allowed: true, rule: null };
    const reply = await shard.call('CheckAccess', { items });
    expect(reply).toEqual({ user: null, superuser: true, answers: [yes, yes] });
    await shard.close();
  });
});
