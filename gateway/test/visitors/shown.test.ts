// What requests show of who sends them, and what a gateway shows its broker: read, and not yet checked.

import { writeFileSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import { TemporaryDirectory } from '@millrace/harness';
import { defaultsOf } from '@millrace/options';
import { assert, constantFrom, property, string, tuple } from 'fast-check';
import { expect, test } from 'vitest';
import { GATEWAY_PROCESS_OPTIONS } from '../../src/options/table.ts';
import { brokerAccess, checkBrokerAccess } from '../../src/sessions/broker-options.ts';
import { shownBy } from '../../src/visitors/shown.ts';

const DEFAULTS = defaultsOf(GATEWAY_PROCESS_OPTIONS);

/** Over plain TCP. */
const shown = (authorization?: string) =>
  shownBy({ headers: { authorization }, socket: {} as IncomingMessage['socket'] });
const basic = (pair: string) => `Basic ${Buffer.from(pair).toString('base64')}`;

test.each([
  ['bEaReR  abc ', { kind: 'token', secret: 'abc' }],
  [basic('ada:a:b ü'), { kind: 'password', user: 'ada', secret: 'a:b ü' }],
  [basic('ada:'), { kind: 'password', user: 'ada', secret: '' }],
  [basic(':secret'), undefined],
  [basic('ada'), undefined],
  ['Bearer', undefined],
  ['Bearer a b', undefined],
  ['', undefined],
  [undefined, undefined],
])('%j', (authorization, expected) => {
  expect(shown(authorization)).toEqual(expected);
});

test('[H-24] over TLS a cookie that could have come without it is nothing', () => {
  const token = `mr_ab12_${'x'.repeat(43)}`;
  const over = (cookie: string, socket: unknown) =>
    shownBy({ headers: { cookie }, socket: socket as IncomingMessage['socket'] });
  const tls = new TLSSocket(new Socket());
  const plain = `millrace-session=made.${token}`;
  expect([over(plain, {}), over(plain, tls)]).toEqual([
    { kind: 'token', secret: token },
    undefined,
  ]);
  expect(over(`__Host-${plain}`, tls)).toEqual({ kind: 'token', secret: token });
  expect(over(`a=1; x__Host-${plain}; b="${plain}"`, {})).toBeUndefined();
  tls.destroy();
});

test('whatever a header says, it is something or nothing', () => {
  const scheme = constantFrom('', 'Basic', 'Bearer', 'Basic ', 'Bearer ', 'Negotiate ', 'basic\t');
  assert(
    property(tuple(scheme, string({ unit: 'binary' })), ([first, rest]) => {
      const found = shown(first + rest);
      if (found === undefined) return true;
      const isWhole = found.kind === 'token' && /^[^ ]+$/.test(found.secret);
      return isWhole || (found.kind === 'password' && /^[^:]+$/.test(found.user));
    }),
  );
});

test('the gateway’s own token and its files of TLS are read when it connects', async () => {
  const directory = new TemporaryDirectory('millrace-access-');
  const file = `${directory.path}/edge.token`;
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
  directory.remove();
});
