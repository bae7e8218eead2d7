// How the command line reaches a broker that asks who its clients are: options and environment variables become what
// connect() takes. Secrets come from files, the environment or a terminal, never from the command line itself.

import { readFile } from 'node:fs/promises';
import type { Auth, TlsOptions } from '@millrace/client';
import { flag, type Input, option, type ValuesOf } from './command.ts';
import { CliError, usage } from './errors/cli-error.ts';
import { askSecret, readSecret } from './input/secret.ts';
import type { Terminal } from './terminal.ts';

export const ACCESS_INPUTS = {
  user: option(
    '--user <user>',
    'log in as this user; the password is in --password-file or MILLRACE_PASSWORD, or is asked for (environment MILLRACE_USER)',
  ),
  passwordFile: option(
    '--password-file <file>',
    'the password of --user; -: the first line of stdin (environment MILLRACE_PASSWORD_FILE)',
  ),
  tokenFile: option(
    '--token-file <file>',
    'log in with the token in this file; -: the first line of stdin (environment MILLRACE_TOKEN_FILE, or the token itself in MILLRACE_TOKEN)',
  ),
  tls: flag('--tls', 'speak TLS to the broker (environment MILLRACE_TLS=1)'),
  tlsCa: option(
    '--tls-ca <file>',
    "authorities to trust instead of the system's, PEM; means --tls (environment MILLRACE_TLS_CA)",
  ),
  tlsCert: option(
    '--tls-cert <file>',
    'certificate to show, PEM; logs in by it where nothing else is given (environment MILLRACE_CLIENT_CERT)',
  ),
  tlsKey: option('--tls-key <file>', 'its key, PEM (environment MILLRACE_CLIENT_KEY)'),
  tlsServerName: option(
    '--tls-server-name <name>',
    "name that the broker's certificate has to bear, where it is not the host of --broker (environment MILLRACE_TLS_SERVER_NAME)",
  ),
} satisfies { readonly [name: string]: Input<unknown> };

export type AccessValues = ValuesOf<typeof ACCESS_INPUTS>;

/** Where to find what it takes to log in; no secret is in it. */
export interface AccessSettings {
  readonly tls: TlsFiles | undefined;
  readonly by: LoginBy;
}

interface TlsFiles {
  readonly ca: string | undefined;
  readonly cert: string | undefined;
  readonly key: string | undefined;
  readonly serverName: string | undefined;
}

type LoginBy =
  | { readonly kind: 'nothing' }
  | { readonly kind: 'certificate' }
  | { readonly kind: 'token'; readonly file: string | undefined }
  | { readonly kind: 'password'; readonly user: string; readonly file: string | undefined };

type Environment = Terminal['env'];

/** Options go before the environment. Throws where they contradict each other. */
export function accessFrom(given: AccessValues, env: Environment): AccessSettings {
  const of = (name: string): string | undefined => (env[name] === '' ? undefined : env[name]);
  const files = {
    ca: given.tlsCa ?? of('MILLRACE_TLS_CA'),
    cert: given.tlsCert ?? of('MILLRACE_CLIENT_CERT'),
    key: given.tlsKey ?? of('MILLRACE_CLIENT_KEY'),
    serverName: given.tlsServerName ?? of('MILLRACE_TLS_SERVER_NAME'),
  };
  if ((files.cert === undefined) !== (files.key === undefined)) {
    throw usage('--tls-cert and --tls-key belong together');
  }
  const isOn = given.tls || /^(?:1|true|on|yes)$/i.test(of('MILLRACE_TLS') ?? '');
  const isTls = isOn || Object.values(files).some((file) => file !== undefined);
  return { tls: isTls ? files : undefined, by: loginBy(given, of, files.cert !== undefined) };
}

function loginBy(
  given: AccessValues,
  of: (name: string) => string | undefined,
  hasCertificate: boolean,
): LoginBy {
  const { user, passwordFile, tokenFile } = given;
  const namesUser = user !== undefined || passwordFile !== undefined;
  if (namesUser && tokenFile !== undefined) {
    throw usage('--token-file and --user or --password-file exclude each other');
  }
  const hasToken = (of('MILLRACE_TOKEN') ?? of('MILLRACE_TOKEN_FILE')) !== undefined;
  if (tokenFile !== undefined) return { kind: 'token', file: tokenFile };
  const name = user ?? of('MILLRACE_USER');
  if (!namesUser && hasToken && name !== undefined) {
    throw usage('the environment has a user and a token: unset MILLRACE_USER or MILLRACE_TOKEN');
  }
  if (!namesUser && hasToken) {
    return {
      kind: 'token',
      file: of('MILLRACE_TOKEN') === undefined ? of('MILLRACE_TOKEN_FILE') : undefined,
    };
  }
  if (name !== undefined) {
    const fromEnv =
      of('MILLRACE_PASSWORD') === undefined ? of('MILLRACE_PASSWORD_FILE') : undefined;
    return { kind: 'password', user: name, file: passwordFile ?? fromEnv };
  }
  if (passwordFile !== undefined) throw usage('--password-file needs --user');
  return { kind: hasCertificate ? 'certificate' : 'nothing' };
}

export interface Access {
  readonly tls: TlsOptions | undefined;
  readonly auth: Auth | undefined;
}

/** Reads the files, or asks. */
export async function openAccess(
  { tls, by }: AccessSettings,
  terminal: Terminal,
  signal: AbortSignal,
): Promise<Access> {
  return {
    tls: tls === undefined ? undefined : await tlsOf(tls),
    auth: await authOf(by, terminal, signal),
  };
}

async function authOf(
  by: LoginBy,
  terminal: Terminal,
  signal: AbortSignal,
): Promise<Auth | undefined> {
  if (by.kind === 'nothing') return undefined;
  if (by.kind === 'certificate') return { certificate: true };
  if (by.kind === 'token') {
    const { file } = by;
    const { MILLRACE_TOKEN: token = '' } = terminal.env;
    return { token: file === undefined ? token.trim() : await readSecret(terminal, file, signal) };
  }
  const { user, file } = by;
  if (file !== undefined) return { user, password: await readSecret(terminal, file, signal) };
  const { MILLRACE_PASSWORD: password = '' } = terminal.env;
  if (password !== '') return { user, password };
  return { user, password: await askSecret(terminal, `Password of ${user}`, signal) };
}

async function tlsOf({ ca, cert, key, serverName }: TlsFiles): Promise<TlsOptions> {
  return {
    ca: ca === undefined ? undefined : await readPem(ca),
    cert: cert === undefined ? undefined : await readPem(cert),
    key: key === undefined ? undefined : await readPem(key),
    servername: serverName,
  };
}

async function readPem(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    const { code = 'SYSTEM' } = error as NodeJS.ErrnoException;
    const exit = code === 'ENOENT' ? 'notFound' : 'failed';
    throw new CliError(exit, code, `cannot read ${file}: ${code}`, { cause: error });
  }
}
