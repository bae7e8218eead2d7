// The credentials file: who may use the gateway. Everything wrong in it is said by its place, never by its value.

import { readFileSync } from 'node:fs';
import { StartError } from '@millrace/options';
import { type AccessKeys, accessKeys } from './access-keys.ts';
import { parseScryptHash, type ScryptHash } from './scrypt-hash.ts';

/** Passwords and tokens are there as hashes only. Secrets of access keys are not: a signature is computed from them. */
export interface Credentials {
  readonly users: ReadonlyMap<string, ScryptHash>;
  /** Names by the SHA-256 of the token, in hexadecimal digits. */
  readonly tokens: ReadonlyMap<string, string>;
  readonly accessKeys: AccessKeys;
}

type Fields = Readonly<Record<string, unknown>>;

/** Throws StartError `badOption`. */
export function readCredentials(path: string): Credentials {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    const { code = 'an error' } = error as NodeJS.ErrnoException;
    throw new StartError('badOption', `--http-credentials: ${path} cannot be read (${code}).`);
  }
  return parseCredentials(text);
}

/** Throws StartError `badOption`. */
export function parseCredentials(text: string): Credentials {
  const file = objectAt(parseJson(text), 'the file', ['users', 'tokens', 'accessKeys']);
  const users = new Map<string, ScryptHash>();
  for (const [place, user] of entries(file, 'users', ['name', 'password'])) {
    const name = textAt(user, 'name', place);
    if (name.includes(':')) throw wrong(`${place}.name may hold no colon`);
    const hash = parseScryptHash(textAt(user, 'password', place));
    if (hash === undefined) throw wrong(`${place}.password is no scrypt hash`);
    if (users.has(name)) throw wrong(`${place}.name stands there twice`);
    users.set(name, hash);
  }
  const tokens = new Map<string, string>();
  for (const [place, token] of entries(file, 'tokens', ['name', 'sha256'])) {
    const digest = textAt(token, 'sha256', place).toLowerCase();
    if (!/^[0-9a-f]{64}$/.test(digest)) throw wrong(`${place}.sha256 is not 64 hexadecimal digits`);
    tokens.set(digest, textAt(token, 'name', place));
  }
  const secrets = new Map<string, string>();
  for (const [place, key] of entries(file, 'accessKeys', ['id', 'secret'])) {
    const id = textAt(key, 'id', place);
    if (secrets.has(id)) throw wrong(`${place}.id stands there twice`);
    secrets.set(id, textAt(key, 'secret', place));
  }
  if (users.size + tokens.size + secrets.size === 0) throw wrong('it names nobody');
  return { users, tokens, accessKeys: accessKeys(secrets) };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // What JSON.parse says holds a piece of the file.
    throw wrong('it is not JSON');
  }
}

function objectAt(value: unknown, place: string, names: readonly string[]): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw wrong(`${place} is not an object`);
  }
  const isKnown = Object.keys(value).every((name) => names.includes(name));
  if (!isKnown) throw wrong(`${place} has a field that is not one of ${names.join(', ')}`);
  return value as Fields;
}

function* entries(
  file: Fields,
  list: string,
  names: readonly string[],
): Generator<[string, Fields]> {
  const value = file[list] ?? [];
  if (!Array.isArray(value)) throw wrong(`${list} is not an array`);
  for (const [at, item] of value.entries()) {
    const place = `${list}[${at}]`;
    yield [place, objectAt(item, place, names)];
  }
}

function textAt(fields: Fields, name: string, place: string): string {
  const value = fields[name];
  if (typeof value !== 'string' || value === '') throw wrong(`${place}.${name} is not a text`);
  return value;
}

function wrong(what: string): StartError {
  return new StartError('badOption', `The file of --http-credentials is wrong: ${what}.`);
}
