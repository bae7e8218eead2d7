// A whole broker that asks who its clients are, in this process on a directory of its own, and clients of bytes that log in.

import { createHash, createHmac, pbkdf2Sync, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type ConnectionOptions, connect as connectTls } from 'node:tls';
import { TemporaryDirectory } from '@millrace/harness';
import { openLog } from '@millrace/options';
import type { RequestInput } from '@millrace/protocol';
import { type Broker, openBroker } from '../../src/broker.ts';
import type { BrokerOptions } from '../../src/options/table.ts';
import { DEFAULTS } from '../rim/open-rim.ts';
import { HELLO, type Reply, WireClient } from '../rim/wire-client.ts';

export class SecureBroker {
  readonly dataDir: string;
  /** Lines of the log so far, those of the audit log among them. */
  readonly lines: Record<string, unknown>[] = [];
  #options: Partial<BrokerOptions>;
  #broker: Broker | undefined;
  #hangup: (() => void)[] = [];

  private constructor(dataDir: string, options: Partial<BrokerOptions>) {
    this.dataDir = dataDir;
    this.#options = options;
  }

  static async open(options: Partial<BrokerOptions> = {}): Promise<SecureBroker> {
    const broker = new SecureBroker(new TemporaryDirectory('millrace-secure-').path, options);
    await broker.start();
    return broker;
  }

  async start(options: Partial<BrokerOptions> = this.#options): Promise<void> {
    this.#options = options;
    this.#hangup = [];
    const sink = { write: (line: string) => void this.lines.push(JSON.parse(line)) };
    const opened = openLog({ level: 'debug', format: 'json', sink });
    const all: BrokerOptions = {
      ...DEFAULTS,
      authentication: 'required',
      sync: 'os',
      port: 0,
      adminPort: 0,
      dataDir: this.dataDir,
      ...options,
    };
    this.#broker = await openBroker(all, {
      version: '0.0.0',
      log: opened.log,
      announce: (fields, message) => opened.announce(fields, message),
      onHangup: (listener) => void this.#hangup.push(listener),
      moreMetrics: async () => '',
      onFatal: (error) => {
        throw error;
      },
    });
  }

  async close(): Promise<void> {
    await this.#broker?.close();
    this.#broker = undefined;
  }

  get broker(): Broker {
    if (this.#broker === undefined) throw new Error('the broker is closed');
    return this.#broker;
  }

  get port(): number {
    return this.broker.protocolAddress.port;
  }

  get adminPort(): number {
    return this.broker.adminAddress.port;
  }

  get adminToken(): string {
    return readFileSync(join(this.dataDir, 'admin.token'), 'utf8').trim();
  }

  hangup(): void {
    for (const listener of this.#hangup) listener();
  }

  audit(event: string): Record<string, unknown>[] {
    return this.lines.filter((line) => line['audit'] === true && line['event'] === event);
  }

  /** A connection that may do everything. */
  async admin(): Promise<WireClient> {
    return byToken(this.port, this.adminToken);
  }
}

type Hello = RequestInput<'Hello'>;

export async function byToken(port: number, token: string, more: Partial<Hello> = {}) {
  const { client, reply } = await tryToken(port, token, more);
  if (reply.error !== undefined) throw reply.error;
  return client;
}

export async function tryToken(port: number, token: string, more: Partial<Hello> = {}) {
  const client = await WireClient.open(port);
  const credentials = Buffer.from(token);
  const reply = await client.ask('Hello', { ...HELLO, mechanism: 'TOKEN', credentials, ...more });
  return { client, reply };
}

export async function overTls(port: number, options: ConnectionOptions): Promise<WireClient> {
  const socket = connectTls({ host: '127.0.0.1', port, ...options });
  await once(socket, 'secureConnect');
  return new WireClient(socket);
}

const hmac = (key: Uint8Array, text: string) => createHmac('sha256', key).update(text).digest();
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest();

/** Few rounds: what is tested is the exchange. */
export function verifierOf(password: string, salt = randomBytes(16), iterations = 4_096) {
  const salted = pbkdf2Sync(password, salt, iterations, 32, 'sha256');
  const storedKey = sha256(hmac(salted, 'Client Key'));
  return { salt, iterations, storedKey, serverKey: hmac(salted, 'Server Key') };
}

let users = 0;

/** A new user with a password and a token. */
export async function newUser(admin: WireClient, superuser = false) {
  users += 1;
  const user = `user-${users}`;
  const password = verifierOf('right horse');
  const created = await admin.ask('CreateUser', { user, password, superuser });
  if (created.error !== undefined) throw created.error;
  const made = await admin.ask('CreateToken', { user });
  if (made.error !== undefined) throw made.error;
  return { user, ...made.body };
}

export interface ScramOutcome {
  readonly hello: Reply<'Hello'>;
  readonly last: Reply<'Authenticate'> | undefined;
  readonly serverFirst: string;
  /** The broker has shown that it has the verifier. */
  readonly isServerKnown: boolean;
}

/** Written from RFC 5802 and docs/protocol.md, apart from the client library. */
export async function byPassword(
  client: WireClient,
  user: string,
  password: string,
  more: Partial<Hello> = {},
  /** What happens in the middle of it. */
  meanwhile: () => Promise<void> = async () => undefined,
): Promise<ScramOutcome> {
  const name = user.replaceAll('=', '=3D').replaceAll(',', '=2C');
  const bare = `n=${name},r=${randomBytes(18).toString('base64')}`;
  const credentials = Buffer.from(`n,,${bare}`);
  const hello = await client.ask('Hello', {
    ...HELLO,
    mechanism: 'SCRAM-SHA-256',
    credentials,
    ...more,
  });
  const serverFirst = Buffer.from(hello.body?.challenge ?? []).toString();
  if (hello.error !== undefined) {
    return { hello, last: undefined, serverFirst, isServerKnown: false };
  }
  const [nonce = '', salt = '', rounds = ''] = serverFirst.split(',').map((part) => part.slice(2));
  const salted = pbkdf2Sync(password, Buffer.from(salt, 'base64'), Number(rounds), 32, 'sha256');
  const clientKey = hmac(salted, 'Client Key');
  const withoutProof = `c=biws,r=${nonce}`;
  const authMessage = `${bare},${serverFirst},${withoutProof}`;
  const signature = hmac(sha256(clientKey), authMessage);
  const proof = Buffer.from(clientKey.map((byte, at) => byte ^ (signature[at] ?? 0)));
  const message = Buffer.from(`${withoutProof},p=${proof.toString('base64')}`);
  await meanwhile();
  const last = await client.ask('Authenticate', { credentials: message });
  const expected = `v=${hmac(hmac(salted, 'Server Key'), authMessage).toString('base64')}`;
  const said = Buffer.from(last.body?.challenge ?? []).toString();
  return { hello, last, serverFirst, isServerKnown: said === expected };
}
