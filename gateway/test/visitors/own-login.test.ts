// How a gateway logs in to a broker that asks, and what it says where it is not let in.

import { writeFileSync } from 'node:fs';
import { defaultsOf, StartError } from '@millrace/options';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { GATEWAY_PROCESS_OPTIONS } from '../../src/options/table.ts';
import { brokerAccess, checkBrokerAccess } from '../../src/sessions/broker-options.ts';
import { SecureStage } from './stage.ts';

let stage: SecureStage;
beforeAll(async () => {
  stage = await SecureStage.start();
});
afterAll(() => stage.close());

const DEFAULTS = defaultsOf(GATEWAY_PROCESS_OPTIONS);

test('[A-65] it has to log in, as a user that may delegate', async () => {
  await expect(stage.broker.open()).rejects.toThrow(
    /^The broker asks who the gateway is: give --broker-token-file/,
  );
  const wrong = { auth: { token: stage.gatewayToken.replace(/.{4}$/, 'AAAA') } };
  await expect(stage.broker.open({}, wrong)).rejects.toThrow(/does not let the gateway in/);
  const mere = { auth: { token: await stage.user('mere') } };
  const refused = stage.broker.open({}, mere);
  await expect(refused).rejects.toThrow(/needs a rule that allows it to delegate on the cluster/);
  await expect(refused).rejects.toBeInstanceOf(StartError);
});

test('its token and its files of TLS are read when it connects', async () => {
  const file = `${stage.broker.process.dataDir}/edge.token`;
  writeFileSync(file, 'first\n');
  const { auth, tls } = brokerAccess({ ...DEFAULTS, brokerTokenFile: file, brokerTlsCa: file });
  writeFileSync(file, 'second\n');
  const token = auth !== undefined && 'token' in auth ? auth.token : undefined;
  expect(typeof token === 'function' && (await token())).toBe('second');
  expect(typeof tls === 'function' && (await tls())).toEqual({ ca: Buffer.from('second\n') });
  expect(brokerAccess(DEFAULTS)).toEqual({ brokers: '127.0.0.1:7650' });
  expect(() => brokerAccess({ ...DEFAULTS, brokerTokenFile: '/nowhere' })).toThrow(
    '--broker-token-file: /nowhere cannot be read (ENOENT).',
  );
  expect(() => checkBrokerAccess({ ...DEFAULTS, brokerTlsKey: 'key.pem' })).toThrow(
    '--broker-tls-cert and --broker-tls-key go together.',
  );
});
