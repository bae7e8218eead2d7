// How the command line finds out who it is: options, environment, files, stdin, and a terminal that shows nothing.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { afterAll, describe, expect, it } from 'vitest';
import { type AccessValues, accessFrom, openAccess } from '../src/access.ts';
import { askSecret, readSecret } from '../src/input/secret.ts';
import { type FakeOptions, fakeTerminal } from './support/fake-terminal.ts';

const directory = mkdtempSync(join(tmpdir(), 'millrace-access-'));
afterAll(() => rmSync(directory, { recursive: true }));

function fileOf(name: string, text: string): string {
  const path = join(directory, name);
  writeFileSync(path, text);
  return path;
}

const PASSWORD = fileOf('password', 'from file\n');
const TOKEN = fileOf('token', 'mr_file');
const never = new AbortController().signal;

const NOTHING: AccessValues = {
  user: undefined,
  passwordFile: undefined,
  tokenFile: undefined,
  tls: false,
  tlsCa: undefined,
  tlsCert: undefined,
  tlsKey: undefined,
  tlsServerName: undefined,
};

async function access(
  given: Partial<AccessValues>,
  env: { readonly [name: string]: string } = {},
  more: FakeOptions = {},
) {
  const terminal = fakeTerminal({ ...more, env });
  return openAccess(accessFrom({ ...NOTHING, ...given }, env), terminal, never);
}

describe('who the command line is', () => {
  const TYPED = { MILLRACE_USER: 'eve', MILLRACE_PASSWORD: 'typed' };
  const found: [string, Partial<AccessValues>, { [name: string]: string }, object | undefined][] = [
    ['nobody', {}, {}, undefined],
    ['a user', { user: 'a', passwordFile: PASSWORD }, {}, { user: 'a', password: 'from file' }],
    ['of the environment', {}, TYPED, { user: 'eve', password: 'typed' }],
    ['an option before it', { user: 'a' }, TYPED, { user: 'a', password: 'typed' }],
    [
      'its file',
      { user: 'a' },
      { MILLRACE_PASSWORD_FILE: PASSWORD },
      { user: 'a', password: 'from file' },
    ],
    ['a token', { tokenFile: TOKEN }, {}, { token: 'mr_file' }],
    ['a token before a user', { tokenFile: TOKEN }, TYPED, { token: 'mr_file' }],
    [
      'a user before a token',
      { user: 'a', passwordFile: PASSWORD },
      { MILLRACE_TOKEN: 'mr' },
      { user: 'a', password: 'from file' },
    ],
    ['a token of the environment', {}, { MILLRACE_TOKEN: ' mr_env\n' }, { token: 'mr_env' }],
    ['its file there', {}, { MILLRACE_TOKEN_FILE: TOKEN }, { token: 'mr_file' }],
    ['a certificate', { tlsCert: TOKEN, tlsKey: TOKEN }, {}, { certificate: true }],
    ['empty variables', {}, { MILLRACE_TOKEN: '', MILLRACE_USER: '' }, undefined],
  ];
  it.each(found)('%s', async (_, given, env, auth) => {
    expect((await access(given, env)).auth).toEqual(auth);
  });

  const refused: [Partial<AccessValues>, { [name: string]: string }, RegExp][] = [
    [{ user: 'a', tokenFile: TOKEN }, {}, /exclude each other/],
    [{ passwordFile: PASSWORD }, {}, /needs --user/],
    [{ tlsCert: TOKEN }, {}, /belong together/],
    [{}, { MILLRACE_USER: 'a', MILLRACE_TOKEN: 'mr' }, /a user and a token/],
    [{ user: 'a' }, {}, /nobody can be asked here/],
    [{ tokenFile: join(directory, 'none') }, {}, /no such file/],
  ];
  it.each(refused)('is refused: %j', async (given, env, why) => {
    await expect(access(given, env)).rejects.toThrow(why);
  });

  it('speaks TLS where anything of it is said', async () => {
    expect((await access({})).tls).toBeUndefined();
    expect((await access({}, { MILLRACE_TLS: '0' })).tls).toBeUndefined();
    expect((await access({ tls: true })).tls).toEqual({});
    expect((await access({}, { MILLRACE_TLS: '1' })).tls).toEqual({});
    const given = { tlsCa: TOKEN, tlsServerName: 'broker' };
    expect((await access(given)).tls).toMatchObject({ ca: 'mr_file', servername: 'broker' });
  });
});

describe('a secret', () => {
  it('is a line of stdin; what follows stays for who reads next', async () => {
    const input = new PassThrough();
    input.write('first\r\nsec');
    const terminal = fakeTerminal({ input });
    expect(await readSecret(terminal, '-', never)).toBe('first');
    input.end('ond\nrecord 1\nrecord 2');
    expect(await readSecret(terminal, '-', never)).toBe('second');
    const rest = await terminal.stdin.toArray();
    expect(Buffer.concat(rest as Buffer[]).toString()).toBe('record 1\nrecord 2');
  });

  it.each([
    ['nothing', '\n', /no secret/],
    ['several lines', 'a\nb\n', /more than one line/],
    ['too much', `${'x'.repeat(5_000)}\n`, /more than 4096 bytes/],
  ])('is not %s', async (_, text, why) => {
    await expect(readSecret(fakeTerminal(), fileOf('secret', text), never)).rejects.toThrow(why);
  });

  it('is typed without being shown', async () => {
    const input = new PassThrough();
    const terminal = fakeTerminal({ input, isTTY: true });
    const asked = askSecret(terminal, 'Password of a', never);
    input.write('hidden\r');
    expect(await asked).toBe('hidden');
    expect(terminal.err()).toBe('Password of a: \n');
    expect(terminal.out()).toBe('');
  });

  it('that is not typed is none', async () => {
    const input = new PassThrough();
    const terminal = fakeTerminal({ input, isTTY: true });
    const asked = askSecret(terminal, 'Password of a', never);
    input.write('half\u0003');
    await expect(asked).rejects.toThrow(/nothing was typed/);
  });
});
