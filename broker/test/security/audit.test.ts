// The audit log: in a file of its own that can be moved away, among the lines of the log, summed up where it repeats.

import { readFileSync, renameSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { TemporaryDirectory } from '@millrace/harness';
import { afterEach, expect, test, vi } from 'vitest';
import { AuditLog } from '../../src/audit/audit-log.ts';
import { until } from '../rim/open-rim.ts';
import { HELLO, WireClient } from '../rim/wire-client.ts';
import { byToken, SecureBroker, verifierOf } from './secure-broker.ts';

afterEach(() => {
  vi.useRealTimers();
});

type Line = Record<string, unknown>;

const linesOf = (path: string): Line[] =>
  readFileSync(path, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Line);

test('administration and refusals are in the file, with names and no secrets [A-31] [A-36]', async () => {
  const path = join(new TemporaryDirectory('millrace-audit-').path, 'audit.log');
  const secure = await SecureBroker.open({ auditLog: path });
  const admin = await secure.admin();
  const password = verifierOf('right horse');
  await admin.ask('CreateUser', { user: 'alice', password });
  const { token = '', tokenId = '' } =
    (await admin.ask('CreateToken', { user: 'alice' })).body ?? {};
  const rule = {
    user: 'alice',
    effect: 'allow',
    resource: 'topic',
    pattern: 'prefix',
    name: 'orders',
    operation: 'create',
  } as const;
  await admin.ask('AlterAcls', { add: [rule], remove: [] });
  await admin.ask('DeleteTopic', { name: 'none' });
  const alice = await byToken(secure.port, token);
  await alice.ask('CreateTopic', { name: 'orders-1' });
  for (let at = 0; at < 20; at += 1) await alice.ask('DeleteTopic', { name: `orders-${at}` });
  await until(() => linesOf(path).some(({ event }) => event === 'denied'), 'the refusal is told');
  expect(statSync(path).mode & 0o777).toBe(0o600);
  renameSync(path, `${path}.1`);
  secure.hangup();
  await admin.ask('RevokeToken', { tokenId });
  await until(() => {
    try {
      return linesOf(path).length > 0;
    } catch {
      return false;
    }
  }, 'the new file is written');
  await secure.close();
  const before = linesOf(`${path}.1`);
  const changes = before.filter(({ event }) => event === 'change');
  expect(
    changes.map(({ user, api, resource, name, outcome }) => [user, api, resource, name, outcome]),
  ).toEqual([
    ['admin', 'CreateUser', 'user', 'alice', 'ok'],
    ['admin', 'CreateToken', 'token', '', 'ok'],
    ['admin', 'AlterAcls', 'acl', '', 'ok'],
    ['admin', 'DeleteTopic', 'topic', 'none', 'UNKNOWN_TOPIC'],
    ['alice', 'CreateTopic', 'topic', 'orders-1', 'ok'],
  ]);
  expect(changes[2]?.['added']).toEqual(['allow alice create topic prefix orders']);
  const denied = before.filter(({ event }) => event === 'denied');
  expect(denied).toHaveLength(1);
  expect(denied[0]).toMatchObject({
    audit: true,
    user: 'alice',
    remoteAddress: expect.stringContaining('127.0.0.1'),
    api: 'DeleteTopic',
    operation: 'delete',
    name: 'orders-0',
  });
  const after = linesOf(path);
  expect(after[0]).toMatchObject({ event: 'change', api: 'RevokeToken', name: tokenId });
  expect(after.at(-1)).toMatchObject({ event: 'denied', count: 19 });
  expect(after.at(-1)?.['names']).toHaveLength(16);
  const all = JSON.stringify([...before, ...after]);
  for (const secret of [token, secure.adminToken, password.storedKey.toString('base64')]) {
    expect(all).not.toContain(secret);
  }
  expect(secure.lines.some(({ audit }) => audit === true)).toBe(false);
});

test('without authentication a file is written too, of nobody', async () => {
  const path = join(new TemporaryDirectory('millrace-audit-').path, 'audit.log');
  const open = await SecureBroker.open({ authentication: 'none', auditLog: path });
  const client = await WireClient.open(open.port);
  await client.ask('Hello', HELLO);
  await client.ask('CreateTopic', { name: 't' });
  client.socket.destroy();
  await open.close();
  expect(linesOf(path)).toHaveLength(1);
  expect(linesOf(path)[0]).toMatchObject({
    event: 'change',
    user: '',
    api: 'CreateTopic',
    name: 't',
  });
});

test('a file that cannot be written keeps the broker from starting', async () => {
  const auditLog = join(new TemporaryDirectory('millrace-audit-').path, 'none', 'audit.log');
  await expect(SecureBroker.open({ auditLog })).rejects.toThrow('--audit-log');
});

test('floods of different kinds make a bounded number of lines [A-37]', () => {
  vi.useFakeTimers();
  const lines: Line[] = [];
  const audit = new AuditLog({ write: (fields) => void lines.push({ ...fields }) });
  const subjectOf = (user: string) => ({
    user,
    onBehalfOf: undefined,
    remoteAddress: '192.0.2.1',
    connectionId: 1,
  });
  for (let at = 0; at < 5_000; at += 1) {
    audit.denied(
      subjectOf(`u-${at}`),
      { api: 'Produce', resource: 'topic', name: `t-${at}` },
      'write',
    );
  }
  expect(lines).toHaveLength(1_001);
  vi.advanceTimersByTime(10_000);
  expect(lines).toHaveLength(1_002);
  expect(lines.at(-1)).toMatchObject({ event: 'denied', count: 3_999 });
  audit.denied(subjectOf('u-1'), { api: 'Produce', resource: 'topic', name: 't' }, 'write');
  expect(lines).toHaveLength(1_003);
  audit.close();
  expect(lines).toHaveLength(1_003);
});
