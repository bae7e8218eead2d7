// Another key for the secrets of access keys, in place: what was made under the old one is there under the new one, and at each
// moment one of the two opens all of it.

import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { AccessKeyRow } from '@millrace/core';
import { TemporaryDirectory } from '@millrace/harness';
import { parseOptions } from '@millrace/options';
import { MemoryStore } from '@millrace/storage';
import { afterEach, describe, expect, it } from 'vitest';
import { BROKER_PROGRAM } from '../../src/run-broker.ts';
import { resealSecrets } from '../../src/security/reseal-secrets.ts';
import { readPreviousSecretsKeys, secretsKey } from '../../src/security/secrets-key.ts';
import { openTestShard } from '../shard/open-test-shard.ts';
import { testSecurity } from '../shard/test-security.ts';
import { SecureBroker } from './secure-broker.ts';
import { createUser } from './security-setup.ts';

const directory = new TemporaryDirectory('millrace-rotation-').path;
const KEYS = ['first', 'second', 'third'].map((name) => ({ name, bytes: randomBytes(32) }));
const [FIRST, SECOND, THIRD] = KEYS.map(({ name, bytes }) => {
  const path = join(directory, name);
  writeFileSync(path, `${bytes.toString('base64')}\n`);
  return path;
}) as [string, string, string];
const [first, second] = KEYS.map(({ bytes }) => secretsKey(bytes)) as [Key, Key];
type Key = ReturnType<typeof secretsKey>;

const open: SecureBroker[] = [];

afterEach(async () => {
  for (const broker of open.splice(0)) await broker.close();
});

/** With so many access keys of one user, made under the first key, and then closed. */
async function brokerWithKeys(count: number) {
  const broker = await SecureBroker.open({ secretsKeyFile: FIRST });
  open.push(broker);
  const admin = await broker.admin();
  await admin.ask('CreateUser', { user: 'ada' });
  const made = [];
  for (let at = 0; at < count; at += 1) {
    const { body } = await admin.ask('CreateAccessKey', { user: 'ada' });
    if (body === undefined) throw new Error('no access key was made');
    made.push(body);
  }
  await broker.close();
  return { broker, made };
}

async function secretsOf(broker: SecureBroker, ids: readonly string[]) {
  const admin = await broker.admin();
  const replies = ids.map((accessKeyId) => admin.ask('GetAccessKey', { accessKeyId }));
  return (await Promise.all(replies)).map(({ body, error }) => body?.secret ?? error?.code);
}

describe('another secrets key', () => {
  it('[A-67] opens all that the previous one did, which is not needed any more', async () => {
    const { broker, made } = await brokerWithKeys(20);
    const ids = made.map(({ accessKeyId }) => accessKeyId);
    const secrets = made.map(({ secret }) => secret);
    await broker.start({ secretsKeyFile: SECOND, secretsKeyPreviousFile: FIRST });
    expect(await secretsOf(broker, ids)).toEqual(secrets);
    const told = broker.lines.filter(({ event }) => event === 'secrets_resealed');
    expect(told).toMatchObject([{ accessKeys: 20 }]);
    await broker.close();
    await broker.start({ secretsKeyFile: SECOND, secretsKeyPreviousFile: FIRST });
    expect(broker.lines.filter(({ event }) => event === 'secrets_resealed')).toHaveLength(1);
    await broker.close();
    await broker.start({ secretsKeyFile: SECOND });
    expect(await secretsOf(broker, ids)).toEqual(secrets);
    await broker.close();
    await broker.start({ secretsKeyFile: FIRST });
    expect(new Set(await secretsOf(broker, ids))).toEqual(new Set(['SECRETS_LOCKED']));
  });

  it('[A-67] is found among several previous ones', async () => {
    const { broker, made } = await brokerWithKeys(1);
    const [{ accessKeyId, secret } = { accessKeyId: '', secret: '' }] = made;
    const many = join(directory, 'many');
    const lines = KEYS.map(({ bytes }) => bytes.toString('hex')).toReversed();
    writeFileSync(many, `${lines.join('\r\n')}\n`);
    await broker.start({ secretsKeyFile: THIRD, secretsKeyPreviousFile: many });
    expect(await secretsOf(broker, [accessKeyId])).toEqual([secret]);
  });

  it('[A-67] ends the start where neither is the one, and nothing has changed', async () => {
    const { broker, made } = await brokerWithKeys(2);
    const start = broker.start({ secretsKeyFile: THIRD, secretsKeyPreviousFile: SECOND });
    await expect(start).rejects.toMatchObject({
      exitCode: 64,
      message:
        '--secrets-key-file and --secrets-key-previous-file: no key in them is the one that the secrets of 2 access keys are encrypted with.',
    });
    await broker.start({ secretsKeyFile: FIRST });
    const ids = made.map(({ accessKeyId }) => accessKeyId);
    expect(await secretsOf(broker, ids)).toEqual(made.map(({ secret }) => secret));
  });

  it('needs no access keys, and then needs no previous one either', async () => {
    const { broker } = await brokerWithKeys(0);
    await broker.start({ secretsKeyFile: THIRD, secretsKeyPreviousFile: SECOND });
    expect(broker.lines.filter(({ event }) => event === 'secrets_resealed')).toEqual([]);
  });
});

describe('on the disk', () => {
  function sealedIn(store: MemoryStore) {
    const rows = [...store.range('accessKeys', { prefix: [] })];
    return rows.map(([[id], value]) => [String(id), value as AccessKeyRow] as const);
  }

  /** Which of the two opens everything, as the row of the key says. */
  function keyThatOpens(store: MemoryStore): 'first' | 'second' | undefined {
    const rows = sealedIn(store);
    const opens = (key: Key) => rows.every(([id, { sealedSecret }]) => key.open(id, sealedSecret));
    const id = store.get('meta', ['secretsKeyId']);
    if (id === first.id && opens(first)) return 'first';
    return id === second.id && opens(second) ? 'second' : undefined;
  }

  /** Looks at each commit, before and after it. */
  class WatchedStore extends MemoryStore {
    readonly seen: (string | undefined)[] = [];

    override async commit(...args: Parameters<MemoryStore['commit']>) {
      this.seen.push(keyThatOpens(this));
      await super.commit(...args);
      this.seen.push(keyThatOpens(this));
    }
  }

  async function storeWithKeys(): Promise<WatchedStore> {
    const store = new WatchedStore();
    const shard = openTestShard(store, {}, testSecurity({ secretsKey: first }));
    await createUser(shard, 'ada');
    for (let at = 0; at < 50; at += 1) await shard.call('CreateAccessKey', { user: 'ada' });
    await shard.close();
    store.seen.length = 0;
    return store;
  }

  async function reseal(store: MemoryStore): Promise<void> {
    const opened = openTestShard(store, {}, testSecurity({ secretsKey: second }));
    const options = { secretsKeyPreviousFile: FIRST };
    try {
      await resealSecrets(opened.shard, second, options, { info: () => undefined } as never);
    } finally {
      await opened.close();
    }
  }

  it('[A-67] one key opens every secret, before and after each commit', async () => {
    const store = await storeWithKeys();
    await reseal(store);
    expect(store.seen).not.toContain(undefined);
    expect(store.seen.filter((name, at) => at > 0 && name !== store.seen[at - 1])).toHaveLength(1);
    expect(keyThatOpens(store)).toBe('second');
  });

  it('[A-67] a secret that is damaged is named, and ends the start', async () => {
    const store = await storeWithKeys();
    const [found] = sealedIn(store);
    if (found === undefined) throw new Error('no access key is in the store');
    const [id, row] = found;
    const sealedSecret = row.sealedSecret.map((byte, at) => (at === 30 ? byte ^ 1 : byte));
    await store.commit([{ table: 'accessKeys', key: [id], value: { ...row, sealedSecret } }]);
    store.seen.length = 0;
    await expect(reseal(store)).rejects.toMatchObject({
      exitCode: 65,
      message: expect.stringContaining(`The secret of access key ${id} is damaged`),
    });
    expect(store.get('meta', ['secretsKeyId'])).toBe(first.id);
  });
});

describe('the file of previous keys', () => {
  it('takes the file of the new one beside it', () => {
    const parse = () => parseOptions(BROKER_PROGRAM, ['--secrets-key-previous-file', FIRST], {});
    expect(parse).toThrow('--secrets-key-previous-file takes --secrets-key-file with the new key.');
  });

  it.each([
    ['', 1],
    [`${KEYS[0]?.bytes.toString('hex')}\nno key\n`, 2],
  ])('that has no key in a line is refused without a word of it', (text, line) => {
    const path = join(directory, 'broken');
    writeFileSync(path, text);
    const message = `--secrets-key-previous-file: line ${line} of ${path} does not hold 32 bytes in base64 or hex.`;
    expect(() => readPreviousSecretsKeys(path)).toThrow(
      expect.objectContaining({ exit: 'badOption', message }),
    );
  });
});
