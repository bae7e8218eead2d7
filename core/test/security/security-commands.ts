// Commands of security as tests give them: whatever they do not say is as it mostly is.
import type { RequestOf } from '@millrace/protocol';
import {
  type AclRow,
  type CreateAccessKeyCommand,
  type CreateTokenCommand,
  decideCreateAccessKey,
  decideCreateToken,
  decideCreateUser,
} from '../../src/index.ts';
import type { Machine } from '../support/machine.ts';

export const VERIFIER = {
  salt: new Uint8Array(16).fill(1),
  iterations: 4_096,
  storedKey: new Uint8Array(32).fill(2),
  serverKey: new Uint8Array(32).fill(3),
};

export function userOf(change: Partial<RequestOf<'CreateUser'>> = {}): RequestOf<'CreateUser'> {
  return { user: 'ada', password: null, superuser: false, quotas: null, ...change };
}

export function alteredOf(change: Partial<RequestOf<'AlterUser'>> = {}): RequestOf<'AlterUser'> {
  return {
    user: 'ada',
    password: null,
    removePassword: false,
    superuser: null,
    disabled: null,
    quotas: null,
    ...change,
  };
}

export function tokenOf(change: Partial<CreateTokenCommand> = {}): CreateTokenCommand {
  const hash = new Uint8Array(32).fill(4);
  return { user: 'ada', label: null, expiresAtMs: null, tokenId: 't1', hash, ...change };
}

export function keyOf(change: Partial<CreateAccessKeyCommand> = {}): CreateAccessKeyCommand {
  return {
    user: 'ada',
    label: null,
    expiresAtMs: null,
    accessKeyId: 'K1',
    sealedSecret: new Uint8Array(40).fill(5),
    secretsKeyId: 'key-one',
    ...change,
  };
}

export function ruleOf(change: Partial<AclRow> = {}): AclRow {
  return {
    user: 'ada',
    effect: 'allow',
    resource: 'topic',
    pattern: 'literal',
    name: 'orders',
    operation: 'read',
    ...change,
  };
}

export function createUser(machine: Machine, user: string): void {
  machine.run(decideCreateUser, userOf({ user }));
}

export function createToken(machine: Machine, change: Partial<CreateTokenCommand>): void {
  machine.run(decideCreateToken, tokenOf(change));
}

export function createAccessKey(machine: Machine, change: Partial<CreateAccessKeyCommand>): void {
  machine.run(decideCreateAccessKey, keyOf(change));
}
