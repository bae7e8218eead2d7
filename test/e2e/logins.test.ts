// Clients that log in to a real broker: what becomes of their work when what they logged in by changes, goes, or when the
// broker dies.

import { type AclRule, type Client, type ConnectOptions, connect } from '@millrace/client';
import { BrokerProcess, TemporaryDirectory } from '@millrace/harness';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const FLAGS = ['--authentication', 'required'];
/** With a letter that has two spellings. */
const PASSWORD = 'pass\u00FCwort';
const QUICK = { retry: { firstDelayMs: 5, maxDelayMs: 100 }, logger: null } as const;

let directory: TemporaryDirectory;
let broker: BrokerProcess;
let admin: Client;
const clients: Client[] = [];

async function clientOf(options: Partial<ConnectOptions>): Promise<Client> {
  const client = await connect({ brokers: broker.address, ...QUICK, ...options });
  clients.push(client);
  return client;
}

function allow(user: string, resource: AclRule['resource'], operation: AclRule['operation']) {
  const rule = {
    user,
    resource,
    operation,
    effect: 'allow',
    pattern: 'prefix',
    name: 't',
  } as const;
  return admin.admin.security.alterAcls({ add: [rule] });
}

async function codeOf(promise: Promise<unknown>): Promise<unknown> {
  const failure: unknown = await promise.then(
    (value) => value,
    (error: unknown) => error,
  );
  return (failure as { readonly code?: unknown }).code;
}

beforeAll(async () => {
  directory = new TemporaryDirectory('millrace-logins-');
  broker = await BrokerProcess.start({ dataDir: directory.path, flags: FLAGS });
  admin = await clientOf({ auth: { token: () => broker.adminToken() } });
  await admin.admin.createTopic({ name: 't', partitions: 1 });
  await admin.admin.createShareGroup({ group: 't-workers', topics: ['t'] });
  await admin.admin.security.createUser({ user: 'ada', password: PASSWORD });
  await admin.admin.security.createUser({ user: 'app' });
  for (const user of ['ada', 'app']) {
    for (const operation of ['read', 'write'] as const) await allow(user, 'topic', operation);
    await allow(user, 'group', 'read');
  }
}, 60_000);

afterAll(async () => {
  await Promise.all(clients.map((client) => client.close({ timeoutMs: 1_000 })));
  await broker.end('SIGTERM');
  directory.remove();
});

describe('logins', { timeout: 60_000 }, () => {
  it('take a password however its letters are composed, and tell nothing else apart', async () => {
    const ada = await clientOf({ auth: { user: 'ada', password: PASSWORD.normalize('NFD') } });
    expect(ada.broker.user).toBe('ada');
    const refused = async (user: string) => {
      const attempt = connect({
        brokers: broker.address,
        auth: { user, password: 'no' },
        logger: null,
      });
      const error = await attempt.catch((failure: Error & { readonly code?: string }) => failure);
      return error instanceof Error ? { code: error.code, message: error.message } : error;
    };
    const wrong = await refused('ada');
    expect(wrong).toMatchObject({ code: 'AUTHENTICATION_FAILED' });
    expect(await refused('nobody')).toEqual(wrong);
    expect(await codeOf(connect({ brokers: broker.address, logger: null }))).toBe(
      'AUTHENTICATION_REQUIRED',
    );
  });

  it('go on with a new token where the old one is revoked under way: nothing is lost', async () => {
    const { security } = admin.admin;
    let mine = await security.createToken({ user: 'app' });
    const app = await clientOf({ auth: { token: () => mine.token } });
    const done = new Set<number>();
    const worker = app.worker<number>({
      topics: 't',
      group: 't-workers',
      handler: (message) => void done.add(message.value),
    });
    const producer = app.producer<number>();
    for (let round = 0; round < 3; round += 1) {
      const old = mine.tokenId;
      const sending = Array.from({ length: 100 }, (_, at) =>
        producer.send({ topic: 't', value: round * 100 + at }),
      );
      mine = await security.createToken({ user: 'app' });
      await security.revokeToken(old);
      await Promise.all(sending);
    }
    await expect.poll(() => done.size, { timeout: 20_000 }).toBe(300);
    await worker.close();
    const { acknowledged } = (await admin.admin.counters('t-workers')).totals;
    expect(acknowledged).toBe(300);
  });

  it('end with a typed error where there is no other: for requests, and for consumers', async () => {
    const { security } = admin.admin;
    const { token, tokenId } = await security.createToken({ user: 'app' });
    const app = await clientOf({ auth: { token }, requestTimeoutMs: 500 });
    const consumer = app.consumer({ topics: 't', partitions: [0], from: 'latest' });
    const reading = codeOf(consumer.run({ eachMessage: () => undefined }));
    expect(await codeOf(app.request('Metadata', {}))).toBeUndefined();
    await security.revokeToken(tokenId);
    await expect.poll(() => app.isConnected, { timeout: 20_000 }).toBe(false);
    const send = app.producer().send({ topic: 't', value: 1 });
    expect(await codeOf(send)).toBe('AUTHENTICATION_FAILED');
    expect(await reading).toBe('AUTHENTICATION_FAILED');
  });

  it('come back after the broker was killed', async () => {
    const ada = await clientOf({ auth: { user: 'ada', password: PASSWORD } });
    const { port } = broker;
    await broker.end('SIGKILL');
    const flags = [...FLAGS, '--port', `${port}`];
    broker = await BrokerProcess.start({ dataDir: directory.path, flags });
    const sent = await ada.producer().send({ topic: 't', value: -1 });
    expect(sent.topic).toBe('t');
    expect(ada.broker.user).toBe('ada');
    await admin.admin.security.alterUser({ user: 'ada', disabled: true });
    expect(await codeOf(ada.request('Metadata', {}, { timeoutMs: 1_000 }))).toBe(
      'AUTHENTICATION_FAILED',
    );
  });
});
