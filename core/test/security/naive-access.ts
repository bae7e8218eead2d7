// Who may do what, decided by a look at every rule, one operation after the other. What the indexed decision is held against.
import { OPERATIONS, type OperationName, type ResourceKind } from '@millrace/protocol';
import type { AclRow } from '../../src/index.ts';

const INCLUDES_DESCRIBE: readonly OperationName[] = ['read', 'write', 'alter', 'delete'];

export interface Question {
  readonly user: string;
  readonly operation: OperationName;
  readonly resource: ResourceKind;
  readonly name: string;
}

export function speaksOf(rule: AclRow, { user, resource, name }: Question): boolean {
  const isOf = rule.user === user || rule.user === '*';
  const isNamed = rule.pattern === 'literal' ? rule.name === name : name.startsWith(rule.name);
  return isOf && rule.resource === resource && isNamed;
}

function allows(rule: AclRow, operation: OperationName): boolean {
  if (rule.operation === operation || rule.operation === 'all') return true;
  return operation === 'describe' && INCLUDES_DESCRIBE.includes(rule.operation);
}

function denies(rule: AclRow, operation: OperationName): boolean {
  return rule.operation === operation || rule.operation === 'all';
}

export function mayDo(rules: readonly AclRow[], question: Question): boolean {
  if (question.operation === 'all') {
    const single = OPERATIONS.filter((operation) => operation !== 'all');
    return single.every((operation) => mayDo(rules, { ...question, operation }));
  }
  const heard = rules.filter((rule) => speaksOf(rule, question));
  const isDenied = heard.some((rule) => rule.effect === 'deny' && denies(rule, question.operation));
  const isGranted = heard.some(
    (rule) => rule.effect === 'allow' && allows(rule, question.operation),
  );
  return isGranted && !isDenied;
}
