// Random rules that come and go with their users, against a naive decision; restarts between them.
import { deepEqual, equal, ok } from 'node:assert/strict';
import { ACL_EFFECTS, ACL_PATTERNS, OPERATIONS, RESOURCE_KINDS } from '@millrace/protocol';
import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import {
  type AclRow,
  checkAccess,
  decideAlterAcls,
  decideCreateUser,
  decideDeleteUser,
  listAcls,
} from '../../src/index.ts';
import { Machine } from '../support/machine.ts';
import { mayDo, type Question, speaksOf } from './naive-access.ts';
import { userOf } from './security-commands.ts';

const USERS = ['ada', 'bob'] as const;
const NAMES = ['', 'a', 'ab', 'abc', 'b', 'ba'] as const;

const named = fc.record({
  user: fc.constantFrom(...USERS, '*'),
  effect: fc.constantFrom(...ACL_EFFECTS),
  resource: fc.constantFrom('topic' as const, 'group' as const),
  pattern: fc.constantFrom(...ACL_PATTERNS),
  name: fc.constantFrom(...NAMES),
  operation: fc.constantFrom(...OPERATIONS.filter((each) => each !== 'delegate')),
});
const rule = fc
  .oneof(
    { weight: 5, arbitrary: named },
    {
      weight: 1,
      arbitrary: fc.record({
        user: fc.constantFrom(...USERS, '*'),
        effect: fc.constantFrom(...ACL_EFFECTS),
        resource: fc.constant('cluster' as const),
        pattern: fc.constant('literal' as const),
        name: fc.constant(''),
        operation: fc.constantFrom(...OPERATIONS),
      }),
    },
  )
  .filter(
    ({ resource, pattern, name }) => resource === 'cluster' || pattern === 'prefix' || name !== '',
  );

const ops = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constant('alter' as const),
      add: fc.array(rule, { maxLength: 6 }),
      /** Rules that are there, by their place; and others. */
      removeAt: fc.array(fc.nat(30), { maxLength: 4 }),
      remove: fc.array(rule, { maxLength: 2 }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('user' as const), user: fc.constantFrom(...USERS) }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('restart' as const) }) },
);
type Op = typeof ops extends fc.Arbitrary<infer T> ? T : never;

const textOf = ({ user, effect, operation, resource, pattern, name }: AclRow) =>
  [user, effect, operation, resource, pattern, name].join(' ');

class Twins {
  readonly machine = new Machine();
  readonly rules = new Map<string, AclRow>();

  constructor() {
    for (const user of USERS) this.machine.run(decideCreateUser, userOf({ user }));
  }

  run(op: Op): void {
    if (op.kind === 'alter') this.#alter(op);
    else if (op.kind === 'user') this.#comeOrGo(op.user);
    else this.machine.reload();
    this.#compare();
  }

  #alter({ add, removeAt, remove }: Extract<Op, { kind: 'alter' }>): void {
    const present = [...this.rules.values()];
    const gone = [...removeAt.flatMap((at) => present[at] ?? []), ...remove];
    const unwanted = new Set(gone.map(textOf));
    const wanted = add.filter((each) => {
      const isKnown = each.user === '*' || this.#isKnown(each.user);
      return isKnown && !unwanted.has(textOf(each));
    });
    const before = this.rules.size;
    for (const text of unwanted) this.rules.delete(text);
    const removed = before - this.rules.size;
    for (const each of wanted) this.rules.set(textOf(each), each);
    const added = this.rules.size - before + removed;
    deepEqual(this.machine.run(decideAlterAcls, { add: wanted, remove: gone }), { added, removed });
  }

  #comeOrGo(user: string): void {
    if (!this.#isKnown(user)) {
      this.machine.run(decideCreateUser, userOf({ user }));
      return;
    }
    const own = [...this.rules].filter(([, each]) => each.user === user);
    for (const [text] of own) this.rules.delete(text);
    const { rules } = this.machine.run(decideDeleteUser, { user });
    equal(rules, own.length);
  }

  #isKnown(user: string): boolean {
    return this.machine.state.security.userByName(user) !== undefined;
  }

  #compare(): void {
    const rules = [...this.rules.values()];
    const listed = this.machine.run(listAcls, { user: null }).rules as AclRow[];
    deepEqual(listed.map(textOf).toSorted(), [...this.rules.keys()].toSorted());
    for (const user of USERS) {
      for (const resource of RESOURCE_KINDS) {
        for (const name of resource === 'cluster' ? [''] : [...NAMES, 'abcd']) {
          for (const operation of OPERATIONS) {
            this.#compareOne(rules, { user, operation, resource, name });
          }
        }
      }
    }
  }

  /** Of anything, and of everything that begins with the name: what no rule names stands for the rest. */
  #compareMany(rules: readonly AclRow[], question: Question): void {
    const { user, operation, resource, name } = question;
    const { security } = this.machine.state;
    const may = (each: string) => mayDo(rules, { ...question, name: each });
    const places = resource === 'cluster' ? [''] : NAMES.flatMap((each) => [each, `${each}~`]);
    equal(security.authorizeAny(user, operation, resource), places.some(may));
    if (resource === 'cluster') return;
    const below = [`${name}~`, ...places.filter((each) => each.startsWith(name))];
    equal(security.authorizeAll(user, operation, resource, name), below.every(may));
  }

  #compareOne(rules: readonly AclRow[], question: Question): void {
    const { user, operation, resource, name } = question;
    const { security } = this.machine.state;
    const expected = this.#isKnown(user) && mayDo(rules, question);
    equal(security.authorize(user, operation, resource, name), expected);
    if (!this.#isKnown(user)) return;
    const command = { user, isSelf: false, items: [{ operation, resource, name }] };
    const [answer] = this.machine.run(checkAccess, command).answers;
    equal(answer?.allowed, expected);
    this.#compareMany(rules, question);
    const deciding = answer?.rule ?? null;
    if (deciding === null) {
      ok(!expected, 'whoever may has a rule that says so');
      return;
    }
    ok(this.rules.has(textOf(deciding)) && speaksOf(deciding, question));
    equal(deciding.effect, expected ? 'allow' : 'deny');
  }
}

it('[A-40] decides as a look at every rule would, whatever came and went before', () => {
  const property = fc.property(fc.array(ops, { maxLength: 12 }), (sequence) => {
    const twins = new Twins();
    for (const op of sequence) twins.run(op);
  });
  expect(() => fc.assert(property, { numRuns: 40 })).not.toThrow();
});
