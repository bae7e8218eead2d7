// The access rules of one user, so that what is said of a name is found without a look at each rule: names as wholes, and
// beginnings of names by their length. It knows no other user.

import type { ResourceKind } from '@millrace/protocol';
import { assert } from '../assert.ts';
import type { AclRow } from '../security-rows.ts';
import { ALLOWED, ITSELF, type OperationSet } from './operation-sets.ts';

type Pattern = AclRow['pattern'];

/** What all rules of one resource, pattern and name say. */
interface Said {
  readonly rules: Map<number, AclRow>;
  allowed: OperationSet;
  denied: OperationSet;
}

interface ResourceRules {
  readonly literal: Map<string, Said>;
  readonly prefix: Map<string, Said>;
  /** How many prefixes have a length. */
  readonly lengthCounts: Map<number, number>;
  /** Lengths of prefixes, ascending. */
  lengths: readonly number[];
}

/** `look` gives allowed operations in the lower bits, denied ones above. */
const DENIED_SHIFT = 8;

export class UserRules {
  readonly #rules = new Map<number, AclRow>();
  readonly #resources: { readonly [R in ResourceKind]: ResourceRules } = {
    topic: emptyRules(),
    group: emptyRules(),
    cluster: emptyRules(),
  };

  get size(): number {
    return this.#rules.size;
  }

  entries(): Iterable<readonly [ruleId: number, rule: AclRow]> {
    return this.#rules.entries();
  }

  /** What the rules say of a name, for `isAllowed`. Of several users' rules the answers are joined with `|`. */
  look(resource: ResourceKind, name: string): number {
    return bitsOf(this.#resources[resource].literal.get(name)) | this.lookBelow(resource, name);
  }

  /** The same of whatever begins with the name and is named in no rule. */
  lookBelow(resource: ResourceKind, name: string): number {
    const { prefix, lengths } = this.#resources[resource];
    let found = 0;
    for (const length of lengths) {
      if (length > name.length) break;
      found |= bitsOf(prefix.get(name.slice(0, length)));
    }
    return found;
  }

  /** What rules name, as wholes and as beginnings. */
  *places(resource: ResourceKind): Generator<readonly [pattern: Pattern, name: string]> {
    for (const name of this.#resources[resource].literal.keys()) yield ['literal', name];
    for (const name of this.#resources[resource].prefix.keys()) yield ['prefix', name];
  }

  /** All rules that speak of a name: of the whole name first, then of the longest beginning. */
  rulesFor(resource: ResourceKind, name: string): AclRow[] {
    const { literal, prefix, lengths } = this.#resources[resource];
    const beginnings = lengths.filter((length) => length <= name.length).toReversed();
    const said = [
      literal.get(name),
      ...beginnings.map((length) => prefix.get(name.slice(0, length))),
    ];
    return said.flatMap((each) => [...(each?.rules.values() ?? [])]);
  }

  idOf({ resource, pattern, name, effect, operation }: AclRow): number | undefined {
    const said = this.#resources[resource][pattern].get(name);
    for (const [ruleId, rule] of said?.rules ?? []) {
      if (rule.effect === effect && rule.operation === operation) return ruleId;
    }
    return undefined;
  }

  add(ruleId: number, rule: AclRow): void {
    assert(this.idOf(rule) === undefined && !this.#rules.has(ruleId), 'a rule is there once');
    const rules = this.#resources[rule.resource];
    let said = rules[rule.pattern].get(rule.name);
    if (said === undefined) {
      said = { rules: new Map(), allowed: 0, denied: 0 };
      rules[rule.pattern].set(rule.name, said);
      if (rule.pattern === 'prefix') countLength(rules, rule.name.length, 1);
    }
    said.rules.set(ruleId, rule);
    this.#rules.set(ruleId, rule);
    sumUp(said);
  }

  remove(ruleId: number): void {
    const rule = this.#rules.get(ruleId);
    assert(rule !== undefined, 'the rule is there');
    const rules = this.#resources[rule.resource];
    const said = rules[rule.pattern].get(rule.name);
    assert(said !== undefined, 'a rule is found by its name');
    said.rules.delete(ruleId);
    this.#rules.delete(ruleId);
    sumUp(said);
    if (said.rules.size > 0) return;
    rules[rule.pattern].delete(rule.name);
    if (rule.pattern === 'prefix') countLength(rules, rule.name.length, -1);
  }

  assertInvariants(): void {
    let found = 0;
    for (const { literal, prefix, lengths, lengthCounts } of Object.values(this.#resources)) {
      assert(lengths.length === lengthCounts.size);
      for (const [name] of prefix) assert(lengths.includes(name.length), 'a prefix is looked for');
      for (const { rules } of [...literal.values(), ...prefix.values()]) found += rules.size;
    }
    assert(found === this.#rules.size, 'every rule is found by its name');
  }
}

/** Deny wins. */
export function isAllowed(found: number, needed: OperationSet): boolean {
  return (found & needed) === needed && !isDenied(found, needed);
}

export function isDenied(found: number, needed: OperationSet): boolean {
  return ((found >>> DENIED_SHIFT) & needed) !== 0;
}

function bitsOf(said: Said | undefined): number {
  return said === undefined ? 0 : said.allowed | (said.denied << DENIED_SHIFT);
}

function emptyRules(): ResourceRules {
  return { literal: new Map(), prefix: new Map(), lengthCounts: new Map(), lengths: [] };
}

function sumUp(said: Said): void {
  said.allowed = 0;
  said.denied = 0;
  for (const { effect, operation } of said.rules.values()) {
    if (effect === 'allow') said.allowed |= ALLOWED[operation];
    else said.denied |= ITSELF[operation];
  }
}

function countLength(rules: ResourceRules, length: number, change: 1 | -1): void {
  const { lengthCounts } = rules;
  const count = (lengthCounts.get(length) ?? 0) + change;
  if (count === 0) lengthCounts.delete(length);
  else lengthCounts.set(length, count);
  if (lengthCounts.size === rules.lengths.length) return;
  rules.lengths = [...lengthCounts.keys()].toSorted((a, b) => a - b);
}
