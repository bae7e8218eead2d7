// A broker that asks who its clients are, with users and rules, and the administrator's client.

import { randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { type Client, codecs, connect } from '@millrace/client';
import { TemporaryDirectory } from '@millrace/harness';
import type { GatewayOptions } from '../../src/options/table.ts';
import { type Access, openRimBroker, type RimBroker, type RimGateway } from '../http/open-rim.ts';

type Rule = Parameters<Client['admin']['security']['alterAcls']>[0]['add'] extends
  | readonly (infer R)[]
  | undefined
  ? R
  : never;

export class SecureStage {
  readonly broker: RimBroker;
  readonly admin: Client;
  readonly adminToken: string;
  /** Of the gateway's own user, which may delegate and nothing else. */
  readonly gatewayToken: string;
  private readonly directory: TemporaryDirectory;

  private constructor(
    directory: TemporaryDirectory,
    broker: RimBroker,
    admin: Client,
    adminToken: string,
    gatewayToken: string,
  ) {
    this.directory = directory;
    this.broker = broker;
    this.admin = admin;
    this.adminToken = adminToken;
    this.gatewayToken = gatewayToken;
  }

  static async start(): Promise<SecureStage> {
    const directory = new TemporaryDirectory('millrace-secure-');
    const secretsKey = `${directory.path}/secrets.key`;
    writeFileSync(secretsKey, randomBytes(32).toString('base64'));
    const flags = ['--authentication', 'required', '--secrets-key-file', secretsKey];
    flags.push('--audit-log', `${directory.path}/audit.log`);
    const broker = await openRimBroker(...flags, '--sync', 'os');
    const adminToken = await broker.process.adminToken();
    const admin = await connect({
      brokers: broker.process.address,
      auth: { token: adminToken },
      codec: codecs.text,
    });
    const { security } = admin.admin;
    await security.createUser({ user: 'edge' });
    await security.alterAcls({ add: [ruleOf('edge', 'delegate', 'cluster', '')] });
    const { token } = await security.createToken({ user: 'edge' });
    return new SecureStage(directory, broker, admin, adminToken, token);
  }

  /** Lines of the audit log so far. */
  audit(): Record<string, unknown>[] {
    const lines = readFileSync(`${this.directory.path}/audit.log`, 'utf8').trimEnd().split('\n');
    return lines.map((line) => JSON.parse(line) as Record<string, unknown>);
  }

  open(options: Partial<GatewayOptions> = {}, access: Access = {}): Promise<RimGateway> {
    return this.broker.open(options, { auth: { token: this.gatewayToken }, ...access });
  }

  /** With a token. Everything whose name begins with the user's is its own. */
  async user(user: string): Promise<string> {
    const { security } = this.admin.admin;
    await security.createUser({ user, password: `${user}'s password` });
    const own = (['topic', 'group'] as const).map((kind) => ruleOf(user, 'all', kind, `${user}-`));
    await security.alterAcls({ add: own });
    return (await security.createToken({ user })).token;
  }

  async close(): Promise<void> {
    await this.admin.close();
    await this.broker.close();
    this.directory.remove();
  }
}

export function ruleOf(
  user: string,
  operation: Rule['operation'],
  resource: Rule['resource'],
  name: string,
): Rule {
  const pattern = resource === 'cluster' ? 'literal' : 'prefix';
  return { user, effect: 'allow', resource, pattern, name, operation };
}

export function bearer(token: string): { authorization: string } {
  return { authorization: `Bearer ${token}` };
}

export function basic(user: string, password: string): { authorization: string } {
  return { authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}` };
}
