// Every field of every request of security, filled with what does not belong there: the right error names the field, and
// nothing has changed afterwards.
import { inspect } from 'node:util';
import { APIS, decodeRequest, decodeRequestHeader } from '@millrace/protocol';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openTestShard, type TestShard } from '../shard/open-test-shard.ts';
import { HOSTILE, type SecurityApi } from './hostile-values.ts';
import { packAnything } from './pack-anything.ts';
import { createUser, refusalOf, usersOf, verifierOf } from './security-setup.ts';

let shard: TestShard;

async function stateOf() {
  const { rules } = await shard.call('ListAcls', {});
  return { users: await usersOf(shard), rules };
}

/** As a client sends it that looks at nothing. */
async function send(api: SecurityApi, fields: readonly unknown[]): Promise<unknown> {
  const payload = packAnything([APIS[api].key, 1, 1, ...fields]);
  const request = decodeRequest(api, 1, decodeRequestHeader(payload).fields);
  return shard.call(api, request);
}

beforeAll(async () => {
  shard = openTestShard();
  await createUser(shard, 'ada', { password: await verifierOf('pencil') });
  await shard.call('CreateToken', { user: 'ada' });
  await shard.call('CreateAccessKey', { user: 'ada', accessKeyId: 'MINE', secret: 'my-secret' });
  const [user, effect, resource, pattern] = ['ada', 'allow', 'topic', 'literal'] as const;
  const add = [{ user, effect, resource, pattern, name: 'mine', operation: 'all' } as const];
  await shard.call('AlterAcls', { add, remove: [] });
});
afterAll(() => shard.close());

describe.each(Object.keys(HOSTILE) as SecurityApi[])('%s', (api) => {
  const { right, wrong } = HOSTILE[api];
  const names = Object.keys(APIS[api].request);

  it('has bad values for each of its fields', () => {
    expect(Object.keys(wrong)).toEqual(names);
    expect(right).toHaveLength(names.length);
  });

  it('refuses each of them by its name, and does nothing', async () => {
    const before = await stateOf();
    for (const [field, cases] of Object.entries(wrong)) {
      for (const [value, code, place = field] of cases) {
        const fields = right.map((each, at) => (names[at] === field ? value : each));
        const error = await refusalOf(send(api, fields));
        const shown = {
          value: inspect(value).slice(0, 60),
          code: error?.code,
          place: error?.detail.field,
        };
        expect(shown).toEqual({ value: shown.value, code, place });
        expect(error?.message.length).toBeLessThan(400);
      }
    }
    expect(await stateOf()).toEqual(before);
    expect([shard.fatal, shard.reloads]).toEqual([[], []]);
  });
});

describe('an access key from elsewhere', () => {
  const bad: [accessKeyId: string, secret: string, field: string][] = [
    ['', 'secret', 'accessKeyId'],
    ['a b', 'secret', 'accessKeyId'],
    ['a/b', 'secret', 'accessKeyId'],
    ['ü', 'secret', 'accessKeyId'],
    ['a,b', 'secret', 'accessKeyId'],
    ['NEW', '', 'secret'],
    ['NEW', 'a secret', 'secret'],
    ['NEW', 'sécret', 'secret'],
    ['NEW', 'secret\n', 'secret'],
  ];

  it.each(bad)(
    '%j with %j is refused, and its secret not quoted',
    async (accessKeyId, secret, field) => {
      const request = { user: 'ada', accessKeyId, secret };
      const error = await refusalOf(shard.call('CreateAccessKey', request));
      expect(error).toMatchObject({ code: 'INVALID_REQUEST', detail: { field } });
      expect(error?.message).not.toMatch(/sécret|a secret/);
    },
  );

  it('that is there is refused, whoever’s it would be', async () => {
    await createUser(shard, 'bob');
    for (const user of ['ada', 'bob']) {
      const request = { user, accessKeyId: 'MINE', secret: 'another' };
      const error = await refusalOf(shard.call('CreateAccessKey', request));
      expect(error).toMatchObject({ code: 'ACCESS_KEY_EXISTS', detail: { field: 'accessKeyId' } });
    }
    expect(await shard.call('GetAccessKey', { accessKeyId: 'MINE' })).toMatchObject({
      user: 'ada',
      secret: 'my-secret',
    });
  });

  it('may have any id and secret that tools take', async () => {
    const request = { user: 'ada', accessKeyId: 'x', secret: '!/+=~"\\' };
    expect(await shard.call('CreateAccessKey', request)).toMatchObject({ accessKeyId: 'x' });
    const { secret } = await shard.call('GetAccessKey', { accessKeyId: 'x' });
    expect(secret).toBe(request.secret);
  });
});

describe('a user', () => {
  it.each(['__proto__', 'constructor', 'toString', 'a@b.example', '-', '0', 'X'.repeat(128)])(
    'may be named %s, and is a user like any other',
    async (user) => {
      await createUser(shard, user);
      const answers = async () =>
        (
          await shard.call('CheckAccess', {
            user,
            items: [{ operation: 'read', resource: 'topic', name: user.slice(0, 200) }],
          })
        ).answers.map(({ allowed }) => allowed);
      expect(await answers()).toEqual([false]);
      const read = { effect: 'allow', resource: 'topic', operation: 'read' } as const;
      const add = [{ ...read, user, pattern: 'prefix', name: '' } as const];
      await shard.call('AlterAcls', { add, remove: [] });
      expect(await answers()).toEqual([true]);
      expect((await shard.call('DeleteUser', { user })).rules).toBe(1);
    },
  );

  it('cannot have a password set and removed at once', async () => {
    const request = { user: 'ada', password: await verifierOf('new'), removePassword: true };
    const error = await refusalOf(shard.call('AlterUser', request));
    expect(error).toMatchObject({ code: 'INVALID_REQUEST', detail: { field: 'removePassword' } });
    expect((await usersOf(shard))[0]).toMatchObject({ user: 'ada', hasPassword: true });
  });
});
