// What the offline commands say of users: how many of what, nothing secret, and what does not fit together.
import { statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import { claimDirectory } from '../../src/offline/claim-directory.ts';
import { inspect } from '../../src/offline/inspect.ts';
import { createUser, verifierOf } from '../security/security-setup.ts';
import { openTestShard } from '../shard/open-test-shard.ts';
import { damage, openStore, quietScreen, scratch, verified } from './data-setup.ts';

/** User `ada` with all there is, `bob` with nothing, and a rule for everybody. */
async function directoryWithUsers() {
  const directory = scratch();
  const store = await openStore(directory);
  const shard = openTestShard(store);
  await createUser(shard, 'ada', { password: await verifierOf('pencil'), superuser: true });
  await createUser(shard, 'bob');
  await shard.call('AlterUser', { user: 'bob', disabled: true });
  const { token, tokenId } = await shard.call('CreateToken', { user: 'ada' });
  const { secret } = await shard.call('CreateAccessKey', { user: 'ada' });
  const rule = {
    effect: 'allow',
    resource: 'topic',
    pattern: 'prefix',
    name: '',
    operation: 'all',
  } as const;
  const add = ['ada', '*'].map((user) => ({ ...rule, user }));
  await shard.call('AlterAcls', { add, remove: [] });
  const row = shard.shard.peek(({ security }) => ({
    ada: security.userByName('ada'),
    hash: security.tokenById(tokenId)?.hash,
  }));
  await shard.close();
  await store.close();
  const hidden = [row.ada?.password?.storedKey, row.ada?.password?.serverKey, row.hash].map(
    (bytes) => Buffer.from(bytes ?? []),
  );
  return { directory, tokenId, hidden: [Buffer.from(token), Buffer.from(secret), ...hidden] };
}

it('[A-46] inspect counts what users have, and shows nothing of it', async () => {
  const { directory, hidden } = await directoryWithUsers();
  for (const isJson of [false, true]) {
    const screen = quietScreen(isJson);
    await inspect(directory, {}, screen);
    expect(screen.documents).toMatchObject([
      {
        users: [
          {
            user: 'ada',
            superuser: true,
            disabled: false,
            hasPassword: true,
            tokens: 1,
            accessKeys: 1,
            rules: 1,
          },
          { user: 'bob', disabled: true, hasPassword: false, tokens: 0, accessKeys: 0, rules: 0 },
        ],
      },
    ]);
    const shown = screen.lines.join('\n');
    expect(shown).toMatch(isJson ? /"table":"acls","rows":2/ : /users +2[\s\S]*acls +2/);
    for (const bytes of hidden) {
      expect(bytes.length).toBeGreaterThan(30);
      for (const text of [bytes.toString('latin1'), bytes.toString('hex'), [...bytes].join(',')]) {
        expect(shown).not.toContain(text);
      }
    }
  }
});

it('[A-46] a directory that is made for a copy is its owner’s alone', async () => {
  const path = join(scratch(), 'new', 'copy');
  const held = await claimDirectory(path);
  for (const made of [path, dirname(path)]) expect(statSync(made).mode & 0o777).toBe(0o700);
  await held.close();
});

it('verify names a token, an access key and a rule without their user', async () => {
  const { directory, tokenId } = await directoryWithUsers();
  expect(await verified(directory)).toMatchObject({ isSound: true });
  await damage(directory, () => [{ table: 'users', key: ['ada'], value: undefined }]);
  const { problems } = await verified(directory);
  const lost = { kind: 'contradiction', message: expect.stringContaining('user ada, who is not') };
  expect(problems).toMatchObject([
    { ...lost, table: 'tokens', message: `${tokenId} belongs to user ada, who is not there` },
    { ...lost, table: 'accessKeys' },
    { ...lost, table: 'acls' },
    { table: 'all', message: expect.stringContaining('a broker does not come up on the rows') },
  ]);
});
