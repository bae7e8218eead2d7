// What lies between the parts of the login: changes in the middle of it, credentials that gateways show, ids for names.

import { ERRORS, encodeBatch, stampProducer } from '@millrace/protocol';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { until } from '../rim/open-rim.ts';
import { WireClient } from '../rim/wire-client.ts';
import { byPassword, byToken, SecureBroker, verifierOf } from './secure-broker.ts';

let secure: SecureBroker;
let admin: WireClient;
let gateway: WireClient;

beforeAll(async () => {
  secure = await SecureBroker.open();
  admin = await secure.admin();
  gateway = await byToken(secure.port, secure.broker.gatewayToken);
});

afterAll(async () => {
  admin.socket.destroy();
  gateway.socket.destroy();
  await secure.close();
});

describe('a login that began before', () => {
  test.each([
    ['the password was changed', { password: verifierOf('new horse') }],
    ['the password was removed', { removePassword: true }],
    ['the user was disabled', { disabled: true }],
    ['the user was made anew', undefined],
  ])('%s is over [A-13] [A-30]', async (how, change) => {
    const user = how.replaceAll(' ', '-');
    await admin.ask('CreateUser', { user, password: verifierOf('right horse'), superuser: true });
    const client = await WireClient.open(secure.port);
    const { last } = await byPassword(client, user, 'right horse', {}, async () => {
      if (change === undefined) {
        await admin.ask('DeleteUser', { user });
        await admin.ask('CreateUser', { user, password: verifierOf('right horse') });
      } else await admin.ask('AlterUser', { user, ...change });
    });
    expect(last?.error?.code).toBe('AUTHENTICATION_FAILED');
    await client.closed;
  });
});

describe('what a gateway is shown', () => {
  test('and is wrong is in the audit log like any failed login, without what was shown [A-31]', async () => {
    const secret = 'canary-of-a-password';
    const remoteAddress = '2001:db8:1:2::9';
    const shown = { user: 'nobody-known', secret, remoteAddress };
    const refused = await gateway.ask('CheckCredential', { kind: 'password', ...shown });
    expect(refused.error?.code).toBe('AUTHENTICATION_FAILED');
    const isTold = () => secure.audit('login_failed').some((line) => line['user'] === shown.user);
    await until(isTold, 'the failure is told');
    const line = secure.audit('login_failed').find((each) => each['user'] === shown.user);
    expect(line).toMatchObject({
      remoteAddress,
      api: 'CheckCredential',
      mechanism: 'password',
      outcome: 'AUTHENTICATION_FAILED',
    });
    expect(JSON.stringify(secure.lines)).not.toContain(secret);
  });
});

test('nobody puts a batch in the sequence of somebody else’s producer, where it would swallow one [A-29]', async () => {
  const { topicId = 0 } = (await admin.ask('CreateTopic', { name: 'shared' })).body ?? {};
  await admin.ask('CreateUser', { user: 'eve' });
  const rule = { effect: 'allow', pattern: 'literal', resource: 'topic', name: 'shared' } as const;
  await admin.ask('AlterAcls', { add: [{ ...rule, user: 'eve', operation: 'write' }], remove: [] });
  const eve = await byToken(
    secure.port,
    (await admin.ask('CreateToken', { user: 'eve' })).body?.token ?? '',
  );
  const { producerId = 0, producerEpoch = 0 } = (await admin.ask('InitProducer', {})).body ?? {};
  const send = async (client: WireClient, text: string) => {
    const batch = encodeBatch([{ value: Buffer.from(text) }], { nowMs: Date.now() });
    stampProducer(batch, { producerId, producerEpoch, sequence: 0 });
    const item = { topicId, partition: 0, batch };
    return (await client.ask('Produce', { batches: [item] })).body?.results[0];
  };
  expect((await send(eve, 'swallow'))?.errorCode).toBe(ERRORS.UNKNOWN_PRODUCER.code);
  expect(await send(admin, 'kept')).toMatchObject({ errorCode: 0, baseOffset: 0, repeated: false });
  eve.socket.destroy();
});

test('nobody takes the id of somebody else’s transaction, which would be told as done then [A-29]', async () => {
  const { topicId = 0 } = (await admin.ask('CreateTopic', { name: 'ledger' })).body ?? {};
  await admin.ask('CreateUser', { user: 'mallory' });
  const rule = {
    user: 'mallory',
    effect: 'allow',
    pattern: 'literal',
    operation: 'write',
  } as const;
  const add = [{ ...rule, resource: 'topic', name: 'ledger' } as const];
  await admin.ask('AlterAcls', { add, remove: [] });
  const made = await admin.ask('CreateToken', { user: 'mallory' });
  const mallory = await byToken(secure.port, made.body?.token ?? '');
  const batch = encodeBatch([{ value: Buffer.from('paid') }], { nowMs: Date.now() });
  const nothing = { acknowledgements: [], offsets: [], effects: [] };
  const request = {
    ...nothing,
    transactionId: 'invoice-7',
    batches: [{ topicId, partition: 0, batch }],
  };
  expect((await mallory.ask('Transact', request)).body?.repeated).toBe(false);
  expect((await admin.ask('Transact', request)).body).toMatchObject({
    repeated: false,
    batches: [{ baseOffset: 1 }],
  });
  expect((await admin.ask('Transact', request)).body?.repeated).toBe(true);
  mallory.socket.destroy();
});

test('a producer with a name is fenced off by nobody without a right to the name, also by its id; one without by its own user alone [A-29]', async () => {
  await admin.ask('CreateUser', { user: 'writer' });
  const rule = { user: 'writer', effect: 'allow', pattern: 'literal', operation: 'write' } as const;
  await admin.ask('AlterAcls', { add: [{ ...rule, resource: 'topic', name: 'own' }], remove: [] });
  const made = await admin.ask('CreateToken', { user: 'writer' });
  const writer = await byToken(secure.port, made.body?.token ?? '');
  const named = (await admin.ask('InitProducer', { name: 'payments' })).body;
  const itself = {
    producerId: named?.producerId ?? 0,
    producerEpoch: named?.producerEpoch ?? 0,
  };
  expect((await writer.ask('InitProducer', { name: 'payments' })).error?.code).toBe(
    'NOT_AUTHORIZED',
  );
  const { error } = await writer.ask('InitProducer', itself);
  expect(error?.code).toBe('NOT_AUTHORIZED');
  expect(error?.message).not.toContain('payments');
  const others = (await admin.ask('InitProducer', {})).body;
  const stolen = { producerId: others?.producerId ?? 0, producerEpoch: 0 };
  expect((await writer.ask('InitProducer', stolen)).error?.code).toBe('UNKNOWN_PRODUCER');
  expect((await admin.ask('InitProducer', stolen)).body?.producerEpoch).toBe(1);
  const nameless = (await writer.ask('InitProducer', {})).body;
  const next = { producerId: nameless?.producerId ?? 0, producerEpoch: 0 };
  expect((await writer.ask('InitProducer', next)).body?.producerEpoch).toBe(1);
  const all = { add: [{ ...rule, resource: 'group', name: 'payments' }], remove: [] } as const;
  await admin.ask('AlterAcls', all);
  expect((await writer.ask('InitProducer', itself)).body?.producerEpoch).toBe(1);
  writer.socket.destroy();
});
