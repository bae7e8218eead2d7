// Credentials: the file, and who a request is from. Rules: docs/semantics/http.md.

import { createHash, randomBytes, scryptSync } from 'node:crypto';
import { defaultsOf, StartError } from '@millrace/options';
import { describe, expect, test } from 'vitest';
import { parseCredentials } from '../../src/http/credentials/credentials-file.ts';
import { BusyHashing, Identify } from '../../src/http/credentials/identify.ts';
import { checkGatewayOptions, checkPlaintext } from '../../src/http/exposure.ts';
import { GATEWAY_OPTIONS, type GatewayOptions } from '../../src/options/table.ts';

const DEFAULTS = defaultsOf(GATEWAY_OPTIONS);
const TOKEN = 'token-of-a-test';

function hashOf(password: string): string {
  const salt = randomBytes(16);
  const key = scryptSync(password, salt, 32, { N: 1_024, r: 8, p: 1 });
  return `scrypt$1024$8$1$${salt.toString('base64url')}$${key.toString('base64url')}`;
}

const FILE = {
  users: [{ name: 'ada', password: hashOf('engine:no 1') }],
  tokens: [{ name: 'ci', sha256: createHash('sha256').update(TOKEN).digest('hex') }],
  accessKeys: [{ id: 'AKIDEXAMPLE', secret: 'a secret of a test' }],
};

function basic(name: string, password: string): string {
  return `Basic ${Buffer.from(`${name}:${password}`).toString('base64')}`;
}

function faultOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (error instanceof StartError) return `${error.exitCode}: ${error.message}`;
    throw error;
  }
  return 'no fault';
}

test('[H-12] a token and a password say who; access keys are found by id', async () => {
  const credentials = parseCredentials(JSON.stringify(FILE));
  const identify = new Identify(credentials);
  expect(await identify.who(`Bearer ${TOKEN}`)).toBe('ci');
  expect(await identify.who(`bearer  ${TOKEN} `)).toBe('ci');
  expect(await identify.who(basic('ada', 'engine:no 1'))).toBe('ada');
  expect(await identify.who(basic('ada', 'engine:no 1'))).toBe('ada');
  expect(credentials.accessKeys.secretOf('AKIDEXAMPLE')).toBe('a secret of a test');
  expect(credentials.accessKeys.secretOf('toString')).toBeUndefined();
});

test.each([
  undefined,
  '',
  'Bearer',
  `Bearer ${TOKEN}x`,
  `Token ${TOKEN}`,
  'Bearer ci',
  'Basic !!!!',
  basic('ada', ''),
  basic('ada', 'engine:no 2'),
  basic('bob', 'engine:no 1'),
  basic('', 'engine:no 1'),
  basic('__proto__', 'x'),
  basic('ci', TOKEN),
])('[H-15] nobody is behind %s', async (authorization) => {
  const identify = new Identify(parseCredentials(JSON.stringify(FILE)));
  expect(await identify.who(authorization)).toBeUndefined();
});

test('[H-15] a password is remembered only where it was right', async () => {
  const identify = new Identify(parseCredentials(JSON.stringify(FILE)));
  expect(await identify.who(basic('ada', 'wrong'))).toBeUndefined();
  expect(await identify.who(basic('ada', 'wrong'))).toBeUndefined();
  expect(await identify.who(basic('bob', 'engine:no 1'))).toBeUndefined();
  expect(await identify.who(basic('bob', 'engine:no 1'))).toBeUndefined();
});

test('[H-15] eight passwords are checked at a time; the same one counts once', async () => {
  const identify = new Identify(parseCredentials(JSON.stringify(FILE)));
  const same = Array.from({ length: 50 }, () => identify.who(basic('ada', 'engine:no 1')));
  const guesses = Array.from({ length: 20 }, (_, at) => identify.who(basic('ada', `guess ${at}`)));
  const [told, outcomes] = await Promise.all([Promise.all(same), Promise.allSettled(guesses)]);
  expect(new Set(told)).toEqual(new Set(['ada']));
  const busy = outcomes.filter(({ status }) => status === 'rejected');
  expect(busy).toHaveLength(13);
  for (const outcome of busy) {
    expect((outcome as PromiseRejectedResult).reason).toBeInstanceOf(BusyHashing);
  }
});

describe('[H-16] what is wrong in the file is told by its place, never by its value', () => {
  const secret = 'hunter2-hunter2';
  const cases: readonly [what: string, text: string, message: string][] = [
    ['no JSON', `{"tokens": ${secret}`, 'it is not JSON'],
    ['no object', '[]', 'the file is not an object'],
    [
      'an unknown list',
      `{"${secret}": []}`,
      'the file has a field that is not one of users, tokens, accessKeys',
    ],
    ['nobody', '{}', 'it names nobody'],
    ['no list', '{"users": {}}', 'users is not an array'],
    [
      'an unknown field',
      `{"users": [{"name": "a", "pass": "${secret}"}]}`,
      'users[0] has a field that is not one of name, password',
    ],
    [
      'a plain password',
      `{"users": [{"name": "a", "password": "${secret}"}]}`,
      'users[0].password is no scrypt hash',
    ],
    [
      'a hash that would take all memory',
      '{"users": [{"name": "a", "password": "scrypt$1048576$99$1$aaaaaaaaaaaaaaaaaaaaaa$aaaaaaaaaaaaaaaaaaaaaa"}]}',
      'users[0].password is no scrypt hash',
    ],
    [
      'a cost that is no power of two',
      '{"users": [{"name": "a", "password": "scrypt$1000$8$1$aaaaaaaaaaaaaaaaaaaaaa$aaaaaaaaaaaaaaaaaaaaaa"}]}',
      'users[0].password is no scrypt hash',
    ],
    [
      'a plain token',
      `{"tokens": [{"name": "a", "sha256": "${secret}"}]}`,
      'tokens[0].sha256 is not 64 hexadecimal digits',
    ],
    ['no secret', '{"accessKeys": [{"id": "A"}]}', 'accessKeys[0].secret is not a text'],
    [
      'a key twice',
      `{"accessKeys": [{"id": "A", "secret": "${secret}"}, {"id": "A", "secret": "b"}]}`,
      'accessKeys[1].id stands there twice',
    ],
  ];
  test.each(cases)('%s', (_what, text, message) => {
    const fault = faultOf(() => parseCredentials(text));
    expect(fault).toBe(`64: The file of --http-credentials is wrong: ${message}.`);
    expect(fault).not.toContain(secret);
  });
});

describe('what the options would leave open by mistake is refused at the start', () => {
  const cases: readonly [rule: string, given: Partial<GatewayOptions>, fault: RegExp][] = [
    ['[H-11] loopback', { httpHost: '127.0.0.1' }, /^no fault$/],
    ['[H-11] loopback by name', { httpHost: 'localhost' }, /^no fault$/],
    ['[H-11] loopback of IPv6', { httpHost: '::1' }, /^no fault$/],
    [
      '[H-11] everywhere',
      { httpHost: '0.0.0.0' },
      /^64: --http-host: anyone who reaches 0\.0\.0\.0 could/,
    ],
    ['[H-11] everywhere, IPv6', { httpHost: '::' }, /^64: --http-host/],
    [
      '[H-11] a name that begins like loopback',
      { httpHost: '127.0.0.1.example' },
      /^64: --http-host/,
    ],
    [
      '[H-11] everywhere, meant so',
      { httpHost: '0.0.0.0', httpAllowAnonymous: true },
      /^no fault$/,
    ],
    [
      '[H-11] everywhere, with credentials',
      { httpHost: '0.0.0.0', httpCredentials: 'file' },
      /^no fault$/,
    ],
    [
      'half of TLS',
      { httpTlsCert: 'a.pem' },
      /^64: --http-tls-cert and --http-tls-key go together\.$/,
    ],
    ['an account of letters', { sqsAccount: 'me' }, /^64: --sqs-account/],
    ['a region with a space', { sqsRegion: 'eu west' }, /^64: --sqs-region/],
    ['a public URL without a scheme', { sqsPublicUrl: 'queues.example' }, /^64: --sqs-public-url/],
    [
      'a public URL with a query',
      { sqsPublicUrl: 'https://q.example/?a=b' },
      /^64: --sqs-public-url/,
    ],
    ['a public URL', { sqsPublicUrl: 'https://q.example/base' }, /^no fault$/],
    [
      'an origin with a path',
      { httpCorsOrigins: 'https://a.example/x' },
      /^64: --http-cors-origins/,
    ],
    ['any origin', { httpCorsOrigins: '*' }, /^64: --http-cors-origins/],
    ['two origins', { httpCorsOrigins: 'https://a.example, http://b.example:8080' }, /^no fault$/],
  ];
  test.each(cases)('%s', (_rule, given, fault) => {
    expect(faultOf(() => checkGatewayOptions({ ...DEFAULTS, ...given }))).toMatch(fault);
  });

  const credentials = parseCredentials(JSON.stringify(FILE));
  const keysOnly = parseCredentials(JSON.stringify({ accessKeys: FILE.accessKeys }));
  const open = { ...DEFAULTS, httpHost: '0.0.0.0' };
  test('[H-14] passwords and tokens go over the network by TLS only', () => {
    expect(faultOf(() => checkPlaintext(open, credentials))).toMatch(/^64: --http-credentials/);
    expect(faultOf(() => checkPlaintext(open, keysOnly))).toBe('no fault');
    expect(faultOf(() => checkPlaintext(DEFAULTS, credentials))).toBe('no fault');
    const behind = { ...open, httpAllowPlaintext: true };
    expect(faultOf(() => checkPlaintext(behind, credentials))).toBe('no fault');
    const tls = { ...open, httpTlsCert: 'a', httpTlsKey: 'b' };
    expect(faultOf(() => checkPlaintext(tls, credentials))).toBe('no fault');
  });
});
