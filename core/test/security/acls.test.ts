// Access rules as they are given: all or none of a change, what it may say, and how much of it.
import { describe, expect, it } from 'vitest';
import {
  type AclRow,
  checkAccess,
  decideAlterAcls,
  decideDeleteUser,
  listAcls,
} from '../../src/index.ts';
import { Machine } from '../support/machine.ts';
import { createUser, ruleOf } from './security-commands.ts';

function machineWithAda(...rules: readonly AclRow[]): Machine {
  const machine = new Machine();
  createUser(machine, 'ada');
  machine.run(decideAlterAcls, { add: [...rules], remove: [] });
  return machine;
}

function rulesOf(machine: Machine, user: string | null = null): string[] {
  return machine
    .run(listAcls, { user })
    .rules.map((rule) =>
      [rule.user, rule.effect, rule.operation, rule.resource, rule.pattern, rule.name].join(' '),
    );
}

describe('access rules', () => {
  it('[A-51] are there once, however often they are added, and gone however often removed', () => {
    const machine = machineWithAda();
    const rule = ruleOf();
    const twice = { add: [rule, { ...rule }], remove: [] };
    expect(machine.run(decideAlterAcls, twice)).toEqual({ added: 1, removed: 0 });
    expect(machine.run(decideAlterAcls, twice)).toEqual({ added: 0, removed: 0 });
    const removal = { add: [], remove: [rule, { ...rule }] };
    machine.reload();
    expect(machine.run(decideAlterAcls, removal)).toEqual({ added: 0, removed: 1 });
    expect(machine.run(decideAlterAcls, removal)).toEqual({ added: 0, removed: 0 });
    expect(rulesOf(machine)).toEqual([]);
  });

  it('are listed by user, resource and name', () => {
    const machine = machineWithAda(
      ruleOf({ user: '*', name: 'z' }),
      ruleOf({ name: 'b' }),
      ruleOf({ name: 'a.b' }),
      ruleOf({ name: 'a', operation: 'write' }),
      ruleOf({ name: 'a', effect: 'deny' }),
      ruleOf({ resource: 'group', name: 'z' }),
      ruleOf({ resource: 'cluster', name: '', operation: 'describe' }),
    );
    expect(rulesOf(machine)).toEqual([
      '* allow read topic literal z',
      'ada allow describe cluster literal ',
      'ada allow read group literal z',
      'ada deny read topic literal a',
      'ada allow write topic literal a',
      'ada allow read topic literal a.b',
      'ada allow read topic literal b',
    ]);
    expect(rulesOf(machine, '*')).toEqual(['* allow read topic literal z']);
    expect(rulesOf(machine, 'who')).toEqual([]);
  });

  it.each<[string, Partial<AclRow>, string, string]>([
    ['a user nobody knows', { user: 'who' }, 'UNKNOWN_USER', 'add[1].user'],
    ['the administrator', { user: 'admin' }, 'UNKNOWN_USER', 'add[1].user'],
    ['a topic no name could be of', { name: 'a/b' }, 'INVALID_REQUEST', 'add[1].name'],
    ['a star', { name: '*' }, 'INVALID_REQUEST', 'add[1].name'],
    ['no topic', { name: '' }, 'INVALID_REQUEST', 'add[1].name'],
    ['a prefix with a space', { pattern: 'prefix', name: 'a ' }, 'INVALID_REQUEST', 'add[1].name'],
    ['a cluster with a name', { resource: 'cluster' }, 'INVALID_REQUEST', 'add[1].name'],
    [
      'a cluster by prefix',
      { resource: 'cluster', name: '', pattern: 'prefix' },
      'INVALID_REQUEST',
      'add[1].name',
    ],
    ['acting for a topic', { operation: 'delegate' }, 'INVALID_REQUEST', 'add[1].operation'],
  ])(
    '[A-52] refuses what is said of %s, and does nothing of the rest',
    (_, change, code, field) => {
      const machine = machineWithAda(ruleOf({ name: 'old' }));
      const error = machine.refused(decideAlterAcls, {
        add: [ruleOf(), ruleOf(change)],
        remove: [ruleOf({ name: 'old' })],
      });
      expect(error).toMatchObject({ code, detail: { field } });
      expect(rulesOf(machine)).toEqual(['ada allow read topic literal old']);
    },
  );

  it('[A-52] refuses a rule that is to be there and not to be there', () => {
    const machine = machineWithAda();
    const error = machine.refused(decideAlterAcls, { add: [ruleOf()], remove: [ruleOf()] });
    expect(error).toMatchObject({ code: 'INVALID_REQUEST', detail: { field: 'add[0]' } });
  });

  it('[A-51] of a user that is gone may be removed, though there are none', () => {
    const machine = machineWithAda(ruleOf());
    machine.run(decideDeleteUser, { user: 'ada' });
    const removal = { add: [], remove: [ruleOf()] };
    expect(machine.run(decideAlterAcls, removal)).toEqual({ added: 0, removed: 0 });
  });
});

describe('the rule that decides', () => {
  it('[A-54] is the user’s own first, of the whole name, then of the longest beginning', () => {
    const machine = machineWithAda(
      ruleOf({ user: '*', pattern: 'prefix', name: 'or', operation: 'write' }),
      ruleOf({ pattern: 'prefix', name: 'o' }),
      ruleOf({ pattern: 'prefix', name: 'or' }),
      ruleOf({ pattern: 'prefix', name: 'secret', effect: 'deny', operation: 'all' }),
    );
    const why = (operation: AclRow['operation'], name: string) => {
      const items = [{ operation, resource: 'topic' as const, name }];
      const { answers } = machine.run(checkAccess, { user: 'ada', isSelf: false, items });
      const [{ allowed, rule } = { allowed: null, rule: null }] = answers;
      return [allowed, rule && `${rule.user} ${rule.effect} ${rule.operation} ${rule.name}`];
    };
    expect(why('read', 'orders')).toEqual([true, 'ada allow read or']);
    expect(why('describe', 'o')).toEqual([true, 'ada allow read o']);
    expect(why('write', 'orders')).toEqual([true, '* allow write or']);
    expect(why('write', 'o')).toEqual([false, null]);
    expect(why('read', 'secret.x')).toEqual([false, 'ada deny all secret']);
  });
});
