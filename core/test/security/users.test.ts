// Users come, change and go; with them goes all that was theirs.
import { LIMITS } from '@millrace/protocol';
import { describe, expect, it } from 'vitest';
import {
  decideAlterAcls,
  decideAlterUser,
  decideCreateUser,
  decideDeleteUser,
  listAcls,
  listUsers,
} from '../../src/index.ts';
import { Machine } from '../support/machine.ts';
import {
  alteredOf,
  createAccessKey,
  createToken,
  createUser,
  ruleOf,
  userOf,
  VERIFIER,
} from './security-commands.ts';

const ALL = { users: null, after: null, limit: LIMITS.usersListedMax };
const QUOTAS = {
  produceBytesPerSecond: 1,
  fetchBytesPerSecond: null,
  requestsPerSecond: LIMITS.quotaMax,
};

function listed(machine: Machine, user = 'ada') {
  return machine.run(listUsers, { ...ALL, users: [user] }).users[0];
}

describe('a user', () => {
  it('[A-41] is there after a restart as it was made and altered', () => {
    const machine = new Machine();
    machine.run(decideCreateUser, userOf({ password: VERIFIER, quotas: QUOTAS }));
    machine.nowMs += 1_000;
    machine.run(decideAlterUser, alteredOf({ superuser: true }));
    const user = {
      user: 'ada',
      createdAtMs: machine.nowMs - 1_000,
      superuser: true,
      disabled: false,
      hasPassword: true,
      quotas: QUOTAS,
      tokens: [],
      accessKeys: [],
    };
    expect(listed(machine)).toEqual(user);
    machine.reload();
    expect(listed(machine)).toEqual(user);
    expect(machine.state.security.userByName('ada')?.password).toEqual(VERIFIER);
  });

  it('[A-41] keeps what an alteration does not name', () => {
    const machine = new Machine();
    machine.run(decideCreateUser, userOf({ password: VERIFIER, superuser: true, quotas: QUOTAS }));
    machine.run(decideAlterUser, alteredOf({ disabled: true }));
    expect(listed(machine)).toMatchObject({
      superuser: true,
      disabled: true,
      hasPassword: true,
      quotas: QUOTAS,
    });
    machine.run(decideAlterUser, alteredOf({ removePassword: true }));
    machine.run(decideAlterUser, alteredOf({ superuser: false, disabled: false }));
    expect(listed(machine)).toMatchObject({
      superuser: false,
      disabled: false,
      hasPassword: false,
      quotas: QUOTAS,
    });
    const other = { ...VERIFIER, iterations: 5_000 };
    machine.run(decideAlterUser, alteredOf({ password: other }));
    expect(machine.state.security.userByName('ada')?.password).toEqual(other);
  });

  it('[A-41] keeps a copy of its verifier, not the bytes of a frame', () => {
    const machine = new Machine();
    const password = { ...VERIFIER, salt: new Uint8Array(64).subarray(8, 24) };
    machine.run(decideCreateUser, userOf({ password }));
    expect(machine.state.security.userByName('ada')?.password?.salt.buffer.byteLength).toBe(16);
  });

  it('[A-42] takes its tokens, access keys and rules along, in one commit, and nobody else’s', () => {
    const machine = new Machine();
    for (const user of ['ada', 'bob']) {
      createUser(machine, user);
      for (const at of [1, 2, 3]) createToken(machine, { user, tokenId: `${user}${at}` });
      createAccessKey(machine, { user, accessKeyId: `K-${user}` });
      const add = ['a', 'b'].map((name) => ruleOf({ user, name }));
      machine.run(decideAlterAcls, { add, remove: [] });
    }
    machine.run(decideAlterAcls, { add: [ruleOf({ user: '*' })], remove: [] });
    const reply = machine.run(decideDeleteUser, { user: 'ada' });
    expect(reply).toEqual({ tokens: 3, accessKeys: 1, rules: 2 });
    expect(machine.writes).toHaveLength(7);
    for (const restart of [false, true]) {
      if (restart) machine.reload();
      const { security } = machine.state;
      expect([security.tokens.size, security.accessKeys.size]).toEqual([3, 1]);
      expect(machine.run(listAcls, { user: null }).rules.map(({ user }) => user)).toEqual([
        '*',
        'bob',
        'bob',
      ]);
      expect(security.tokenById('ada1')).toBeUndefined();
      expect(security.authorize('ada', 'read', 'topic', 'orders')).toBe(false);
    }
    createUser(machine, 'ada');
    expect(machine.state.security.authorize('ada', 'read', 'topic', 'a')).toBe(false);
    expect(listed(machine)).toMatchObject({ tokens: [], accessKeys: [] });
  });

  it('[A-43] may do nothing until a rule says so, all as a superuser, nothing while disabled', () => {
    const machine = new Machine();
    createUser(machine, 'ada');
    const may = () => machine.state.security.authorize('ada', 'delete', 'topic', 'orders');
    expect(may()).toBe(false);
    const deny = ruleOf({
      user: '*',
      effect: 'deny',
      pattern: 'prefix',
      name: '',
      operation: 'all',
    });
    machine.run(decideAlterAcls, { add: [deny], remove: [] });
    machine.run(decideAlterUser, alteredOf({ superuser: true }));
    expect(may()).toBe(true);
    machine.run(decideAlterUser, alteredOf({ disabled: true }));
    expect(may()).toBe(false);
    expect(machine.state.security.isSuperuser('ada')).toBe(false);
  });

  it('[A-44] is none of those that are built in, whatever rules say', () => {
    const machine = new Machine();
    const add = [
      ruleOf({ user: '*', pattern: 'prefix', name: '', operation: 'all' }),
      ruleOf({ user: '*', resource: 'cluster', name: '', operation: 'all', effect: 'deny' }),
    ];
    machine.run(decideAlterAcls, { add, remove: [] });
    const { security } = machine.state;
    expect(security.isSuperuser('admin')).toBe(true);
    expect(security.authorize('admin', 'alter', 'cluster', '')).toBe(true);
    expect(security.authorize('gateway', 'delegate', 'cluster', '')).toBe(true);
    expect(security.authorize('gateway', 'describe', 'cluster', '')).toBe(false);
    expect(security.authorize('gateway', 'read', 'topic', 'orders')).toBe(false);
    expect(security.authorize('anonymous', 'read', 'topic', 'orders')).toBe(false);
    expect(security.authorize('nobody', 'read', 'topic', 'orders')).toBe(false);
    expect(security.authorize('', 'read', 'topic', 'orders')).toBe(false);
    expect(security.authorize('*', 'read', 'topic', 'orders')).toBe(false);
  });
});

describe('a list of users', () => {
  const names = ['Zoe', 'a', 'b', 'b.c', 'c', 'd'];

  function machineWith(): Machine {
    const machine = new Machine();
    for (const name of names.toReversed()) createUser(machine, name);
    return machine;
  }

  it('[A-45] gives each once, in order, a page at a time, also where the last one is gone', () => {
    const machine = machineWith();
    const page = (after: string | null) => {
      const { users, hasMore } = machine.run(listUsers, { users: null, after, limit: 2 });
      return [...users.map(({ user }) => user), hasMore];
    };
    expect(page(null)).toEqual(['Zoe', 'a', true]);
    machine.run(decideDeleteUser, { user: 'a' });
    expect(page('a')).toEqual(['b', 'b.c', true]);
    createUser(machine, 'b.d');
    expect(page('b.c')).toEqual(['b.d', 'c', true]);
    expect(page('c')).toEqual(['d', false]);
    expect(machine.run(listUsers, { ...ALL, after: 'd' })).toEqual({ users: [], hasMore: false });
    expect(machine.run(listUsers, { ...ALL, limit: 6 }).hasMore).toBe(false);
  });

  it('[A-45] gives those asked for, each once, and refuses where one is unknown', () => {
    const machine = machineWith();
    const asked = machine.run(listUsers, { users: ['c', 'a', 'c'], after: 'a', limit: 1 });
    expect(asked.users.map(({ user }) => user)).toEqual(['c']);
    expect(asked.hasMore).toBe(false);
    const error = machine.refused(listUsers, { ...ALL, users: ['a', 'who'] });
    expect(error).toMatchObject({ code: 'UNKNOWN_USER', detail: { field: 'users[1]' } });
    expect(machine.run(listUsers, { ...ALL, users: [] })).toEqual({ users: [], hasMore: false });
  });

  it('[A-46] shows nothing secret', () => {
    const machine = new Machine();
    machine.run(decideCreateUser, userOf({ password: VERIFIER }));
    createToken(machine, { label: 'ci', expiresAtMs: machine.nowMs + 1 });
    createAccessKey(machine, { label: 'sqs' });
    const user = listed(machine);
    const createdAtMs = machine.nowMs;
    expect(user?.tokens).toEqual([
      { tokenId: 't1', label: 'ci', createdAtMs, expiresAtMs: createdAtMs + 1 },
    ]);
    expect(user?.accessKeys).toEqual([
      { accessKeyId: 'K1', label: 'sqs', createdAtMs, expiresAtMs: null },
    ]);
    const shown = JSON.stringify(user);
    for (const byte of [1, 2, 3, 4, 5]) expect(shown).not.toContain(`${byte},${byte}`);
  });
});
