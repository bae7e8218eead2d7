// Access keys of the Amazon SQS API: secrets that come back whole with their key, and not at all without it.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openLog } from '@millrace/options';
import { MemoryStore } from '@millrace/storage';
import { afterAll, describe, expect, it } from 'vitest';
import { unlockSecrets } from '../../src/security/open-security.ts';
import { readSecretsKey, secretsKey } from '../../src/security/secrets-key.ts';
import { openTestShard, type TestShard } from '../shard/open-test-shard.ts';
import { testSecurity } from '../shard/test-security.ts';
import { createUser, refusalOf } from './security-setup.ts';

const FIRST = secretsKey(new Uint8Array(32).fill(1));
const SECOND = secretsKey(new Uint8Array(32).fill(2));

async function withKey<R>(
  store: MemoryStore,
  key: typeof FIRST | undefined,
  use: (shard: TestShard) => Promise<R>,
): Promise<R> {
  const shard = openTestShard(store, {}, testSecurity({ secretsKey: key }));
  const result = await use(shard);
  await shard.close();
  return result;
}

describe('an access key', () => {
  it('[A-50] is locked without its secrets key or with another, and loses nothing by it', async () => {
    const store = new MemoryStore();
    const made = await withKey(store, FIRST, async (shard) => {
      await createUser(shard, 'ada');
      return shard.call('CreateAccessKey', { user: 'ada', label: 'sqs' });
    });
    expect(made.accessKeyId).toMatch(/^MRAK[A-Z2-7]{16}$/);
    expect(made.secret).toMatch(/^[A-Za-z0-9+/]{40}$/);
    const { accessKeyId } = made;
    for (const wrong of [undefined, SECOND]) {
      await withKey(store, wrong, async ({ call }) => {
        const locked = { code: 'SECRETS_LOCKED' };
        await expect(call('GetAccessKey', { accessKeyId })).rejects.toMatchObject(locked);
        await expect(call('CreateAccessKey', { user: 'ada' })).rejects.toMatchObject(locked);
        const { users } = await call('ListUsers', {});
        expect(users[0]?.accessKeys).toMatchObject([{ accessKeyId, label: 'sqs' }]);
        await expect(call('GetAccessKey', { accessKeyId: 'none' })).rejects.toMatchObject({
          code: 'UNKNOWN_ACCESS_KEY',
        });
      });
    }
    const again = await withKey(store, FIRST, async ({ call }) => [
      await call('GetAccessKey', { accessKeyId }),
      await call('CreateAccessKey', { user: 'ada' }),
    ]);
    expect(again[0]).toEqual({ user: 'ada', secret: made.secret, expiresAtMs: null });
  });

  it('[A-50] can be revoked without the secrets key, and then another one is taken', async () => {
    const store = new MemoryStore();
    const accessKeyId = 'AKIAFROMELSEWHERE123';
    const own = { user: 'ada', accessKeyId, secret: 'a/secret+from=elsewhere' };
    await withKey(store, FIRST, async (shard) => {
      await createUser(shard, 'ada');
      expect(await shard.call('CreateAccessKey', own)).toEqual({ accessKeyId, secret: own.secret });
    });
    await withKey(store, undefined, async ({ call }) => {
      expect(await call('RevokeAccessKey', { accessKeyId })).toEqual({ user: 'ada' });
    });
    await withKey(store, SECOND, async ({ call }) => {
      await call('CreateAccessKey', own);
      expect(await call('GetAccessKey', { accessKeyId })).toMatchObject({ secret: own.secret });
    });
    await withKey(store, FIRST, async ({ call }) => {
      const refusal = await refusalOf(call('CreateAccessKey', { user: 'ada' }));
      expect(refusal?.code).toBe('SECRETS_LOCKED');
    });
  });

  it('[A-50] that is locked is said at the start', async () => {
    const store = new MemoryStore();
    const lines: string[] = [];
    const { log } = openLog({
      level: 'info',
      format: 'json',
      sink: { write: (line) => void lines.push(line) },
    });
    const start = (key: typeof FIRST | undefined) =>
      withKey(store, key, async (shard) => {
        await unlockSecrets(shard.shard, key, { secretsKeyPreviousFile: '' }, log);
        return shard.call('ListUsers', {});
      });
    await start(undefined);
    await withKey(store, FIRST, async (shard) => {
      await createUser(shard, 'ada');
      await shard.call('CreateAccessKey', { user: 'ada' });
    });
    await start(FIRST);
    expect(lines).toEqual([]);
    await start(undefined);
    await start(SECOND);
    expect(lines).toEqual([
      expect.stringContaining('--secrets-key-file is not given.'),
      expect.stringContaining('--secrets-key-file holds another key.'),
    ]);
  });

  it('is nobody’s once it has expired, was revoked, or its user is disabled or gone', async () => {
    await withKey(new MemoryStore(), FIRST, async (shard) => {
      const { call } = shard;
      await createUser(shard, 'ada');
      const expiresAtMs = Date.now() + 50;
      const brief = await call('CreateAccessKey', { user: 'ada', expiresAtMs });
      const { accessKeyId } = await call('CreateAccessKey', { user: 'ada' });
      const secretOf = (id: string) => call('GetAccessKey', { accessKeyId: id });
      const unknown = { code: 'UNKNOWN_ACCESS_KEY', detail: { field: 'accessKeyId' } };
      await expect
        .poll(() => refusalOf(secretOf(brief.accessKeyId)), { timeout: 20_000 })
        .toMatchObject(unknown);
      await call('AlterUser', { user: 'ada', disabled: true });
      await expect(secretOf(accessKeyId)).rejects.toMatchObject(unknown);
      await call('AlterUser', { user: 'ada', disabled: false });
      expect(await secretOf(accessKeyId)).toMatchObject({ user: 'ada' });
      await call('DeleteUser', { user: 'ada' });
      await expect(secretOf(accessKeyId)).rejects.toMatchObject(unknown);
    });
  });
});

describe('a sealed secret', () => {
  it('[A-59] is opened with its key, for its id, as it was, or not at all', () => {
    const sealed = FIRST.seal('K1', 'the secret');
    expect(FIRST.open('K1', sealed)).toBe('the secret');
    expect(SECOND.open('K1', sealed)).toBeUndefined();
    expect(FIRST.open('K2', sealed)).toBeUndefined();
    for (let at = 0; at < sealed.length; at += 1) {
      const damaged = sealed.map((byte, place) => (place === at ? byte ^ 1 : byte));
      expect(FIRST.open('K1', damaged)).toBeUndefined();
      expect(FIRST.open('K1', sealed.subarray(0, at))).toBeUndefined();
    }
    expect(FIRST.seal('K1', 'the secret')).not.toEqual(sealed);
    expect(Buffer.from(sealed).includes('the secret')).toBe(false);
  });

  it('names keys without saying them', () => {
    expect(FIRST.id).toMatch(/^[0-9a-f]{16}$/);
    expect(FIRST.id).not.toBe(SECOND.id);
    expect(secretsKey(new Uint8Array(32).fill(1)).id).toBe(FIRST.id);
  });
});

describe('the file of the secrets key', () => {
  const directory = mkdtempSync(join(tmpdir(), 'millrace-key-'));
  const path = join(directory, 'key');
  const bytes = Buffer.from(Array.from({ length: 32 }, (_, at) => 7 * at));
  afterAll(() => rmSync(directory, { recursive: true }));

  it.each([
    ['base64', `${bytes.toString('base64')}\n`],
    ['base64 without its end', bytes.toString('base64').slice(0, 43)],
    ['base64 of URLs', bytes.toString('base64url')],
    ['hex', ` ${bytes.toString('hex').toUpperCase()}\r\n`],
  ])('is read in %s', (_, text) => {
    writeFileSync(path, text);
    expect(readSecretsKey(path)?.id).toBe(secretsKey(bytes).id);
  });

  it.each([
    ['empty', ''],
    ['too short', bytes.subarray(1).toString('base64')],
    ['too long', Buffer.concat([bytes, bytes]).toString('base64')],
    ['a password', 'correct horse battery staple'],
    ['two keys', `${bytes.toString('hex')}\n${bytes.toString('hex')}`],
    ['bytes as they are', bytes],
  ])('that is %s is refused without a word of it', (_, text) => {
    writeFileSync(path, text);
    const message = `--secrets-key-file: ${path} does not hold 32 bytes in base64 or hex (openssl rand -base64 32 makes some).`;
    expect(() => readSecretsKey(path)).toThrow(
      expect.objectContaining({ exit: 'badOption', message }),
    );
  });

  it('that is not there is refused; without a name there is no key', () => {
    expect(() => readSecretsKey(join(directory, 'none'))).toThrow(
      `--secrets-key-file: ${join(directory, 'none')} cannot be read (ENOENT).`,
    );
    expect(() => readSecretsKey(directory)).toThrow('cannot be read (EISDIR)');
    expect(readSecretsKey('')).toBeUndefined();
  });
});
