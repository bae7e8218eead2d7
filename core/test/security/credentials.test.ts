// Tokens and access keys: whose they are, how many there may be, and when their time is over.
import { LIMITS } from '@millrace/protocol';
import { describe, expect, it } from 'vitest';
import {
  decideCreateAccessKey,
  decideCreateToken,
  decideRevokeAccessKey,
  decideRevokeToken,
  hasExpired,
} from '../../src/index.ts';
import { Machine } from '../support/machine.ts';
import { createAccessKey, createToken, createUser, keyOf, tokenOf } from './security-commands.ts';

const MAX = LIMITS.credentialsPerUserMax;

function machineWithAda(): Machine {
  const machine = new Machine();
  createUser(machine, 'ada');
  return machine;
}

describe('a token', () => {
  it('[A-47] is a user’s until it is revoked', () => {
    const machine = machineWithAda();
    createToken(machine, { tokenId: 't1' });
    machine.reload();
    expect(machine.state.security.tokenById('t1')?.user).toBe('ada');
    expect(machine.run(decideRevokeToken, { tokenId: 't1' })).toEqual({ user: 'ada' });
    expect(machine.state.security.tokenById('t1')).toBeUndefined();
    expect(machine.refused(decideRevokeToken, { tokenId: 't1' }).code).toBe('UNKNOWN_TOKEN');
  });

  it('[A-48] ends at its time, and cannot be made for a time that has passed', () => {
    const machine = machineWithAda();
    const { nowMs } = machine;
    for (const expiresAtMs of [0, nowMs - 1, nowMs]) {
      const error = machine.refused(decideCreateToken, tokenOf({ expiresAtMs }));
      expect(error).toMatchObject({ code: 'INVALID_REQUEST', detail: { field: 'expiresAtMs' } });
    }
    const row = { expiresAtMs: nowMs + 1 };
    expect([hasExpired(row, nowMs), hasExpired(row, nowMs + 1)]).toEqual([false, true]);
    expect(hasExpired({ expiresAtMs: null }, Number.MAX_SAFE_INTEGER)).toBe(false);
  });

  it('[A-66] made by a gateway lasts a day at most', () => {
    const machine = machineWithAda();
    const longest = machine.nowMs + LIMITS.delegatedTokenMsMax;
    for (const expiresAtMs of [null, longest + 1]) {
      const error = machine.refused(decideCreateToken, tokenOf({ expiresAtMs, isDelegated: true }));
      expect(error).toMatchObject({ code: 'INVALID_REQUEST', detail: { field: 'expiresAtMs' } });
    }
    machine.run(decideCreateToken, tokenOf({ expiresAtMs: longest, isDelegated: true }));
    expect(machine.state.security.tokenById('t1')?.expiresAtMs).toBe(longest);
  });

  it('[A-66] made by a gateway takes the place of the oldest that is called the same, where there are many', () => {
    const machine = machineWithAda();
    const most = LIMITS.delegatedTokensPerUserMax;
    const expiresAtMs = machine.nowMs + 1_000;
    const login = (tokenId: string, label = 'page') => {
      machine.nowMs += 1;
      const token = tokenOf({ tokenId, label, expiresAtMs, isDelegated: true });
      machine.run(decideCreateToken, token);
    };
    createToken(machine, { tokenId: 'own', label: 'page' });
    login('other', 'another page');
    for (let at = 0; at < most + 2; at += 1) login(`t${at}`);
    const { tokens } = machine.state.security;
    const left = tokens.of('ada').map(([id]) => id);
    const newest = Array.from({ length: most }, (_, at) => `t${at + 2}`);
    expect(left).toEqual(['own', 'other', ...newest]);
    while (tokens.countOf('ada') < MAX) {
      createToken(machine, { tokenId: `own${tokens.countOf('ada')}` });
    }
    login('last');
    expect([tokens.countOf('ada'), tokens.byId('t2')]).toEqual([MAX, undefined]);
  });

  it.each([
    ['a user nobody knows', 'who', 'who is no user.'],
    ['the administrator of the data directory', 'admin', 'admin is built in, and no user.'],
    ['everybody', '*', '* is no user.'],
  ])('is not made for %s', (_, user, message) => {
    const error = machineWithAda().refused(decideCreateToken, tokenOf({ user }));
    expect(error).toMatchObject({ code: 'UNKNOWN_USER', message, detail: { field: 'user' } });
  });

  it('[A-49] makes room for itself where others of its user have expired, and only then', () => {
    const machine = machineWithAda();
    const expiresAtMs = machine.nowMs + 10;
    for (let at = 0; at < MAX; at += 1) {
      createToken(machine, { tokenId: `t${at}`, expiresAtMs: at < 2 ? expiresAtMs : null });
    }
    const error = machine.refused(decideCreateToken, tokenOf({ tokenId: 'more' }));
    expect(error).toMatchObject({ code: 'LIMIT_EXCEEDED', detail: { limit: '64 for each user' } });
    machine.nowMs = expiresAtMs;
    createToken(machine, { tokenId: 'more' });
    const { tokens } = machine.state.security;
    expect([tokens.countOf('ada'), tokens.byId('t0'), tokens.byId('t1')]).toEqual([
      MAX - 1,
      undefined,
      undefined,
    ]);
    createAccessKey(machine, {});
    expect(machine.state.security.accessKeys.size).toBe(1);
  });
});

describe('an access key', () => {
  it('is a user’s until it is revoked, and no two have one id', () => {
    const machine = machineWithAda();
    createUser(machine, 'bob');
    createAccessKey(machine, {});
    for (const user of ['ada', 'bob']) {
      const error = machine.refused(decideCreateAccessKey, keyOf({ user }));
      expect(error).toMatchObject({
        code: 'ACCESS_KEY_EXISTS',
        detail: { field: 'accessKeyId' },
      });
    }
    expect(machine.run(decideRevokeAccessKey, { accessKeyId: 'K1' })).toEqual({ user: 'ada' });
    const error = machine.refused(decideRevokeAccessKey, { accessKeyId: 'K1' });
    expect(error.code).toBe('UNKNOWN_ACCESS_KEY');
    createAccessKey(machine, { user: 'bob' });
  });

  it('is kept again under an id that expired and had to make room', () => {
    const machine = machineWithAda();
    const expiresAtMs = machine.nowMs + 10;
    for (let at = 1; at <= MAX; at += 1) {
      createAccessKey(machine, { accessKeyId: `K${at}`, expiresAtMs });
    }
    const error = machine.refused(decideCreateAccessKey, keyOf({ accessKeyId: 'K1' }));
    expect(error.code).toBe('LIMIT_EXCEEDED');
    machine.nowMs = expiresAtMs;
    createAccessKey(machine, { accessKeyId: 'K65' });
    createAccessKey(machine, { accessKeyId: 'K1' });
    expect(machine.state.security.accessKeys.countOf('ada')).toBe(2);
  });

  it('[A-50] is kept under one secrets key with all others, until none is left', () => {
    const machine = machineWithAda();
    createAccessKey(machine, {});
    machine.reload();
    const other = { accessKeyId: 'K2', secretsKeyId: 'key-two' };
    expect(machine.refused(decideCreateAccessKey, keyOf(other)).code).toBe('SECRETS_LOCKED');
    machine.run(decideRevokeAccessKey, { accessKeyId: 'K1' });
    createAccessKey(machine, other);
    machine.reload();
    const first = keyOf({ secretsKeyId: 'key-one' });
    expect(machine.refused(decideCreateAccessKey, first).code).toBe('SECRETS_LOCKED');
    createAccessKey(machine, { accessKeyId: 'K3', secretsKeyId: 'key-two' });
  });
});
