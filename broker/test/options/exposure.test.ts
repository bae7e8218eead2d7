// What the options refuse to leave open by mistake, and what they say of TLS.

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { TemporaryDirectory, TestCertificates } from '@millrace/harness';
import { isLoopback, parseOptions, readTls, StartError } from '@millrace/options';
import { expect, test } from 'vitest';
import { BROKER_TLS_FLAGS, OPTIONS } from '../../src/options/table.ts';
import { BROKER_PROGRAM } from '../../src/run-broker.ts';

function faultOf(...args: string[]): string | undefined {
  try {
    parseOptions(BROKER_PROGRAM, args, {});
    return undefined;
  } catch (error) {
    if (error instanceof StartError && error.exitCode === 64) return error.message;
    throw error;
  }
}

test.each([
  ['127.0.0.1', true],
  ['127.8.9.1', true],
  ['localhost', true],
  ['::1', true],
  ['::ffff:127.0.0.1', true],
  ['0.0.0.0', false],
  ['::', false],
  ['192.0.2.1', false],
  ['127.0.0.1.example', false],
  ['', false],
])('whether %s is this machine alone: %s', (address, is) => {
  expect(isLoopback(address)).toBe(is);
});

test('beyond loopback it takes authentication, or the words for it [A-1]', () => {
  expect(faultOf('--host', '0.0.0.0')).toContain('--allow-anonymous');
  expect(faultOf('--host', '::')).toContain('anyone who reaches :: could do everything');
  expect(faultOf('--host', '0.0.0.0', '--metrics-anonymous')).toContain('--host');
  expect(faultOf('--host', '0.0.0.0', '--allow-anonymous')).toBeUndefined();
  expect(faultOf('--host', '0.0.0.0', '--authentication', 'required')).toBeUndefined();
  expect(faultOf('--admin-host', '0.0.0.0')).toContain('--metrics-anonymous');
  expect(faultOf('--admin-host', '0.0.0.0', '--metrics-anonymous')).toBeUndefined();
  expect(faultOf()).toBeUndefined();
});

test('options of TLS that do not go together [A-4]', () => {
  expect(faultOf('--tls-cert', 'c')).toBe('--tls-cert and --tls-key go together.');
  expect(faultOf('--tls-client-ca', 'c')).toContain('--tls-client-ca');
  expect(faultOf('--tls-cert', 'c', '--tls-key', 'k', '--tls-client-auth', 'required')).toContain(
    '--tls-client-ca',
  );
  expect(faultOf('--tls-client-auth', 'optional', '--tls-client-ca', 'a')).toContain('--tls-cert');
  expect(faultOf('--tls-client-crl', 'l')).toBe('--tls-client-crl takes --tls-client-ca.');
});

test('files of TLS that do not work are named, and nothing of them is said [A-4]', async () => {
  const directory = new TemporaryDirectory('millrace-tls-').path;
  const certificates = await TestCertificates.make(directory);
  const { cert, key } = certificates.server;
  const empty = join(directory, 'empty.pem');
  writeFileSync(empty, '');
  const broken = join(directory, 'broken.pem');
  const text = readFileSync(cert, 'utf8');
  writeFileSync(broken, text.replace(/\n[A-Za-z0-9+/]{20}/, '\nAAAAAAAAAAAAAAAAAAAA'));
  mkdirSync(join(directory, 'folder'));
  const good = { cert, key, clientCa: '', clientCrl: '', clientAuth: 'none' } as const;
  const messageOf = (
    change: Partial<Record<'cert' | 'key' | 'clientCa' | 'clientCrl', string>>,
  ) => {
    try {
      readTls(BROKER_TLS_FLAGS, { ...good, ...change });
      return undefined;
    } catch (error) {
      return (error as Error).message;
    }
  };
  expect(messageOf({})).toBeUndefined();
  expect(messageOf({ cert: join(directory, 'none') })).toContain('cannot be read (ENOENT)');
  expect(messageOf({ key: join(directory, 'folder') })).toContain('--tls-key');
  expect(messageOf({ cert: empty })).toContain('has no certificate in PEM');
  expect(messageOf({ clientCa: key })).toContain('--tls-client-ca');
  expect(messageOf({ clientCa: broken })).toContain('cannot be read');
  expect(messageOf({ key: certificates.ca })).toContain('do not work together');
  const list = await certificates.revoke();
  const trusted = { clientCa: certificates.ca };
  expect(messageOf({ ...trusted, clientCrl: list })).toBeUndefined();
  expect(messageOf({ ...trusted, clientCrl: cert })).toContain('has no X509 CRL in PEM');
  writeFileSync(broken, readFileSync(list, 'utf8').replace(/\n[A-Za-z0-9+/]{20}/, '\n'));
  expect(messageOf({ ...trusted, clientCrl: broken })).toContain(
    `--tls-client-crl: ${broken} has a list that cannot be read`,
  );
  const other = await certificates.client('other');
  const message = messageOf({ key: other.key });
  expect(message).toContain('--tls-cert and --tls-key do not work together');
  expect(message).not.toContain(readFileSync(other.key, 'utf8').slice(40, 60));
  const loaded = readTls(BROKER_TLS_FLAGS, good);
  expect(readTls(BROKER_TLS_FLAGS, good)?.fingerprint).toBe(loaded?.fingerprint);
  expect(loaded?.expiresAtMs).toBeGreaterThan(Date.now());
});

test('no option takes a secret itself', () => {
  const names = Object.keys(OPTIONS);
  const secrets = names.filter((name) => /password|secret|token/i.test(name));
  expect(secrets).toEqual(['secretsKeyFile', 'secretsKeyPreviousFile']);
});
