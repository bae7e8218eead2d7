// The parts of the login by themselves: the throttle by a clock of the test's, the exchange by the vector of RFC 7677, names
// of networks, beginnings of patterns, and what goes over a connection that others read along.

import { createShardState } from '@millrace/core';
import { networkOf } from '@millrace/options';
import { MillraceError } from '@millrace/protocol';
import { array, assert, constantFrom, property } from 'fast-check';
import { expect, test } from 'vitest';
import { literalPrefix } from '../../src/access/literal-prefix.ts';
import { AuditLog } from '../../src/audit/audit-log.ts';
import { Logins } from '../../src/login/logins.ts';
import { readClientFirst, ScramExchange } from '../../src/login/scram-exchange.ts';
import { LoginThrottle } from '../../src/login/throttle.ts';
import { makeToken } from '../../src/security/tokens.ts';
import { HELLO } from '../rim/wire-client.ts';
import { asReceived } from '../shard/as-received.ts';

function throttleAt() {
  const clock = { nowMs: 0 };
  const throttle = new LoginThrottle(() => clock.nowMs, 50);
  const waitOf = (address: string, user?: string) => {
    try {
      throttle.admit(address, user);
      return 0;
    } catch (error) {
      return error instanceof MillraceError ? error.detail.retryAfterMs : undefined;
    }
  };
  return { clock, throttle, waitOf };
}

test('failures cost more each time, up to five seconds; ten of them a minute without a try [A-20]', () => {
  const { clock, throttle, waitOf } = throttleAt();
  const delays = Array.from({ length: 10 }, () => throttle.failed('a', undefined));
  expect(delays).toEqual([100, 200, 400, 800, 1_600, 3_200, 5_000, 5_000, 5_000, 5_000]);
  clock.nowMs = 1_000;
  expect(waitOf('a')).toBe(59_000);
  expect(waitOf('b')).toBe(0);
  clock.nowMs = 60_000;
  expect(waitOf('a')).toBe(0);
  expect(throttle.failed('a', undefined)).toBe(100);
});

test('failures for a user from many addresses hold strangers up, not who was in before [A-21]', () => {
  const { throttle, waitOf } = throttleAt();
  throttle.succeeded('home', 'alice');
  for (let at = 0; at < 10; at += 1) throttle.failed(`evil-${at}`, 'alice');
  expect(waitOf('elsewhere', 'alice')).toBe(60_000);
  expect(waitOf('elsewhere', 'bob')).toBe(0);
  expect(waitOf('home', 'alice')).toBe(0);
  // Nor do others at the same address: they have a count of their own.
  for (let at = 0; at < 10; at += 1) throttle.failed('home', 'bob');
  expect(waitOf('home', 'bob')).toBe(60_000);
  expect(waitOf('home', 'alice')).toBe(0);
  // Guesses from there count all the same.
  for (let at = 0; at < 10; at += 1) throttle.failed('home', 'alice');
  expect(waitOf('home', 'alice')).toBe(60_000);
});

test('it remembers a bounded number of names', () => {
  const { throttle } = throttleAt();
  for (let at = 0; at < 1_000; at += 1) {
    throttle.failed(`address-${at}`, `user-${at}`);
    throttle.succeeded(`address-${at}`, `user-${at}`);
  }
  expect(throttle.size).toBe(200);
});

test('the exchange of RFC 7677 [A-13]', () => {
  const base64 = (text: string) => Buffer.from(text, 'base64');
  const verifier = {
    salt: base64('W22ZaJ0SNY7soEsUEjb6gQ=='),
    iterations: 4_096,
    storedKey: base64('WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY='),
    serverKey: base64('wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU='),
  };
  const first = readClientFirst(Buffer.from('n,,n=user,r=rOprNGfwEbeRWgbNEkqO'));
  const exchange = new ScramExchange(first, verifier, '%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0');
  const nonce = 'rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0';
  expect(Buffer.from(exchange.challenge).toString()).toBe(
    `r=${nonce},s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096`,
  );
  const proof = 'dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=';
  const last = exchange.finish(Buffer.from(`c=biws,r=${nonce},p=${proof}`));
  expect(Buffer.from(last ?? []).toString()).toBe('v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=');
  const wrong = `d${proof.slice(1).replace('H', 'I')}`;
  expect(exchange.finish(Buffer.from(`c=biws,r=${nonce},p=${wrong}`))).toBeUndefined();
});

test.each([
  ['192.0.2.1', '192.0.2.1'],
  ['::ffff:192.0.2.1', '192.0.2.1'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
  ['2001:db8::1', '2001:db8:0:0::/64'],
  ['fe80::1%eth0', 'fe80:0:0:0::/64'],
  ['::1', '0:0:0:0::/64'],
  ['', ''],
])('the network of %s is %s', (address, network) => {
  expect(networkOf(address)).toBe(network);
});

/** Whether the pattern is one by itself, and matches the whole text. */
function matches(pattern: string, text: string): boolean {
  try {
    RegExp(pattern);
  } catch {
    return false;
  }
  return RegExp(`^(?:${pattern})$`).test(text);
}

test('whatever a pattern matches begins with its literal prefix', () => {
  const letter = constantFrom('a', 'b', '-', '.', '*', '+', '?', '|', '(', ')', '\\.', '^', '[ab]');
  const name = array(constantFrom('a', 'b', '-', '.'), { maxLength: 5 });
  assert(
    property(array(letter, { maxLength: 6 }), name, (letters, characters) => {
      const pattern = letters.join('');
      const text = characters.join('');
      const isFound = matches(pattern, text);
      return !isFound || text.startsWith(literalPrefix(pattern));
    }),
    { numRuns: 2_000 },
  );
  expect(literalPrefix('orders-.*')).toBe('orders-');
  expect(literalPrefix('orders\\.eu')).toBe('orders.eu');
  expect(literalPrefix('orders?')).toBe('order');
  expect(literalPrefix('a|b')).toBe('');
});

test('over a connection that others read along passwords are proven and no token is taken [A-14]', () => {
  const { security } = createShardState();
  const { token, hash } = makeToken('admin');
  const lines: Record<string, unknown>[] = [];
  const logins = new Logins({
    authentication: 'required',
    security: () => security,
    builtInTokens: [{ user: 'admin', hash }],
    saltKey: Buffer.alloc(32),
    throttle: new LoginThrottle(),
    audit: new AuditLog({ write: (fields) => void lines.push(fields) }),
    nowMs: () => 0,
  });
  const peer = {
    connectionId: 1,
    remoteAddress: '192.0.2.1',
    isPrivate: false,
    lacksCertificate: false,
    certificateName: undefined,
  };
  const hello = (mechanism: string | null, text: string) =>
    asReceived('Hello', { ...HELLO, mechanism, credentials: Buffer.from(text) });
  expect(logins.begin(hello(null, ''), peer)).toMatchObject({
    kind: 'refused',
    error: { code: 'AUTHENTICATION_REQUIRED', detail: { limit: 'SCRAM-SHA-256' } },
  });
  expect(logins.begin(hello('TOKEN', token), peer)).toMatchObject({
    kind: 'refused',
    error: { code: 'AUTHENTICATION_FAILED', message: 'Tokens are taken over TLS only.' },
  });
  expect(logins.begin(hello('SCRAM-SHA-256', 'n,,n=u,r=x'), peer).kind).toBe('begun');
  const known = logins.begin(hello('TOKEN', token), { ...peer, isPrivate: true });
  expect(known).toMatchObject({ kind: 'in', access: { user: 'admin', isUnlimited: true } });
  expect(JSON.stringify(lines)).not.toContain(token);
});
