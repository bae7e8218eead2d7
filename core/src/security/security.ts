// Users, what they show themselves by, and what they may do. It changes only through `apply`; it decides who may do what,
// and nothing else. Rules of a user, or of everybody, are found by name: no decision looks at all of them.

import type { OperationName, ResourceKind } from '@millrace/protocol';
import { assert } from '../assert.ts';
import type { Write } from '../rows.ts';
import type { AccessKeyRow, AclRow, TokenRow, UserRow } from '../security-rows.ts';
import { Credentials } from './credentials.ts';
import { ITSELF } from './operation-sets.ts';
import { isAllowed, isDenied, UserRules } from './user-rules.ts';

/** Rules of this name are for every user. */
export const EVERYBODY = '*';

/**
 * Principals that are no rows: whoever holds the data directory, the gateway of the same process, and nobody. No rule
 * speaks of them, also none for everybody.
 */
export const BUILT_IN_USERS = {
  admin: 'admin',
  gateway: 'gateway',
  anonymous: 'anonymous',
} as const;

const SECURITY_TABLES = ['users', 'tokens', 'accessKeys', 'acls'] as const;
export type SecurityWrite = Extract<Write, { table: (typeof SECURITY_TABLES)[number] }>;

export class Security {
  readonly tokens = new Credentials<TokenRow>();
  readonly accessKeys = new Credentials<AccessKeyRow>();
  readonly #users = new Map<string, UserRow>();
  /** In order, until a user comes or goes. */
  #names: readonly string[] | undefined;
  readonly #rulesOf = new Map<string, UserRules>();
  /** Whose rule it is. */
  readonly #ruleUsers = new Map<number, string>();
  nextAclId = 1;
  /** Of the key that the secrets of access keys are encrypted with; null: none was ever. */
  secretsKeyId: string | null = null;

  get userCount(): number {
    return this.#users.size;
  }

  get ruleCount(): number {
    return this.#ruleUsers.size;
  }

  /** Also one that is disabled. */
  userByName(name: string): UserRow | undefined {
    return this.#users.get(name);
  }

  /** In order. */
  userNames(): readonly string[] {
    this.#names ??= [...this.#users.keys()].toSorted();
    return this.#names;
  }

  tokenById(tokenId: string): TokenRow | undefined {
    return this.tokens.byId(tokenId);
  }

  accessKeyById(accessKeyId: string): AccessKeyRow | undefined {
    return this.accessKeys.byId(accessKeyId);
  }

  /** It may do everything, whatever the rules say. */
  isSuperuser(user: string): boolean {
    if (user === BUILT_IN_USERS.admin) return true;
    const row = this.#users.get(user);
    return row?.superuser === true && !row.disabled;
  }

  /** Whether a user may do something to what has the name, whether or not it exists. Unknown and disabled users may nothing. */
  authorize(user: string, operation: OperationName, resource: ResourceKind, name: string): boolean {
    const atOnce = this.#withoutRules(user, operation, resource);
    if (atOnce !== undefined) return atOnce;
    const own = this.#rulesOf.get(user)?.look(resource, name) ?? 0;
    const common = this.#rulesOf.get(EVERYBODY)?.look(resource, name) ?? 0;
    return isAllowed(own | common, ITSELF[operation]);
  }

  /** Whether it may do it to anything. Looks at each of its rules. */
  authorizeAny(user: string, operation: OperationName, resource: ResourceKind): boolean {
    const atOnce = this.#withoutRules(user, operation, resource);
    if (atOnce !== undefined) return atOnce;
    const rules = this.#heardRules(user);
    for (const each of rules) {
      for (const [pattern, name] of each.places(resource)) {
        const isMet =
          pattern === 'literal'
            ? this.authorize(user, operation, resource, name)
            : isAllowed(lookBelow(rules, resource, name), ITSELF[operation]);
        if (isMet) return true;
      }
    }
    return false;
  }

  /** Whether it may do it to everything that begins so, also to what is not there yet. Looks at each of its rules. */
  authorizeAll(
    user: string,
    operation: OperationName,
    resource: ResourceKind,
    beginning: string,
  ): boolean {
    const atOnce = this.#withoutRules(user, operation, resource);
    if (atOnce !== undefined) return atOnce;
    const rules = this.#heardRules(user);
    if (!isAllowed(lookBelow(rules, resource, beginning), ITSELF[operation])) return false;
    for (const each of rules) {
      for (const [, name] of each.places(resource)) {
        const isBelow = name.startsWith(beginning);
        if (isBelow && isDenied(each.look(resource, name), ITSELF[operation])) return false;
      }
    }
    return true;
  }

  /** Rules of one user, or of everybody; undefined where there are none. */
  rulesOf(user: string): UserRules | undefined {
    return this.#rulesOf.get(user);
  }

  allRules(): Iterable<UserRules> {
    return this.#rulesOf.values();
  }

  apply(write: SecurityWrite): void {
    switch (write.table) {
      case 'users':
        this.#applyUser(write.key[0], write.value);
        return;
      case 'tokens':
        assert(write.value === undefined || this.#users.has(write.value.user));
        this.tokens.apply(write.key[0], write.value);
        return;
      case 'accessKeys':
        assert(write.value === undefined || this.#users.has(write.value.user));
        this.accessKeys.apply(write.key[0], write.value);
        return;
      case 'acls':
        this.#applyRule(write.key[0], write.value);
    }
  }

  /** Other names in the table are not for it. */
  applyMeta(name: string, value: number | string | undefined): void {
    if (name === 'nextAclId') {
      assert(typeof value === 'number' && value >= this.nextAclId, 'ids are never reused');
      this.nextAclId = value;
    } else if (name === 'secretsKeyId') {
      assert(typeof value === 'string', 'a key has an id');
      this.secretsKeyId = value;
    }
  }

  assertInvariants(): void {
    this.tokens.assertInvariants();
    this.accessKeys.assertInvariants();
    for (const user of [...this.tokens.users(), ...this.accessKeys.users()]) {
      assert(this.#users.has(user), 'a credential has its user');
    }
    assert(this.accessKeys.size === 0 || this.secretsKeyId !== null, 'secrets have their key');
    let count = 0;
    for (const [user, rules] of this.#rulesOf) {
      rules.assertInvariants();
      assert(rules.size > 0 && (user === EVERYBODY || this.#users.has(user)), 'rules have a user');
      for (const [ruleId, rule] of rules.entries()) {
        assert(rule.user === user && this.#ruleUsers.get(ruleId) === user);
        assert(ruleId < this.nextAclId, 'ids are never reused');
      }
      count += rules.size;
    }
    assert(count === this.#ruleUsers.size, 'every rule is found by its user');
  }

  /** Undefined where rules decide. */
  #withoutRules(
    user: string,
    operation: OperationName,
    resource: ResourceKind,
  ): boolean | undefined {
    const row = this.#users.get(user);
    if (row === undefined) return isBuiltInAllowed(user, operation, resource);
    if (row.disabled) return false;
    return row.superuser ? true : undefined;
  }

  #heardRules(user: string): UserRules[] {
    return [user, EVERYBODY].flatMap((each) => this.#rulesOf.get(each) ?? []);
  }

  /** What belonged to a user has gone before it does. */
  #applyUser(name: string, row: UserRow | undefined): void {
    if (row === undefined || !this.#users.has(name)) this.#names = undefined;
    if (row !== undefined) {
      this.#users.set(name, row);
      return;
    }
    assert(this.tokens.countOf(name) + this.accessKeys.countOf(name) === 0);
    assert(!this.#rulesOf.has(name), 'rules go with their user');
    this.#users.delete(name);
  }

  #applyRule(ruleId: number, rule: AclRow | undefined): void {
    const user = rule?.user ?? this.#ruleUsers.get(ruleId);
    if (user === undefined) return;
    const rules = this.#rulesOf.get(user) ?? new UserRules();
    if (rule === undefined) {
      rules.remove(ruleId);
      this.#ruleUsers.delete(ruleId);
      if (rules.size === 0) this.#rulesOf.delete(user);
      return;
    }
    assert(ruleId < this.nextAclId, 'ids are never reused');
    assert(user === EVERYBODY || this.#users.has(user), 'a rule has its user');
    rules.add(ruleId, rule);
    this.#rulesOf.set(user, rules);
    this.#ruleUsers.set(ruleId, user);
  }
}

function lookBelow(rules: readonly UserRules[], resource: ResourceKind, name: string): number {
  return rules.reduce((found, each) => found | each.lookBelow(resource, name), 0);
}

function isBuiltInAllowed(user: string, operation: OperationName, resource: ResourceKind): boolean {
  if (user === BUILT_IN_USERS.admin) return true;
  return user === BUILT_IN_USERS.gateway && operation === 'delegate' && resource === 'cluster';
}
