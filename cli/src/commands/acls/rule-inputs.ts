// Access rules as people write them: who, what, to what. `orders.*` is every name that begins with `orders.`.

import type { AclRule } from '@millrace/client';
import { OPERATIONS, RESOURCE_KINDS } from '@millrace/protocol';
import { argument, word } from '../../command.ts';
import { usage } from '../../errors/cli-error.ts';
import { formatText } from '../../output/format.ts';

type Operation = AclRule['operation'];
type Resource = AclRule['resource'];

export const RESOURCE = word('<resource>', 'what it speaks of; a queue is a group', RESOURCE_KINDS);
export const NAME = argument(
  '[name]',
  "its name; 'orders.*': all that begin so, '*': all; of the cluster none",
);
export const OPERATION_LIST = argument(
  '<operations>',
  `what may be done, several by comma: ${OPERATIONS.join(', ')}`,
  parseOperations,
);

export function parseOperation(text: string): Operation {
  const found = OPERATIONS.find((operation) => operation === text.trim().toLowerCase());
  if (found !== undefined) return found;
  throw usage(`'${text}' is none of ${OPERATIONS.join(', ')}`);
}

function parseOperations(text: string): readonly Operation[] {
  return [...new Set(text.split(',').map(parseOperation))];
}

/** Of the cluster there is one, without a name. */
export function checkName(resource: Resource, name: string | undefined): string {
  if (resource === 'cluster') {
    if (name !== undefined) throw usage('the cluster has no name');
    return '';
  }
  if (name === undefined || name === '') throw usage(`name the ${resource}`);
  return name;
}

/** The pattern that a name means. */
export function patternOf(resource: Resource, text: string | undefined) {
  const name = checkName(resource, text);
  const star = name.indexOf('*');
  if (star < 0) return { pattern: 'literal', name } as const;
  if (star === name.length - 1) return { pattern: 'prefix', name: name.slice(0, -1) } as const;
  throw usage(`'${name}' is no pattern: a star stands at the end`);
}

export function nameText({ resource, pattern, name }: AclRule): string {
  if (resource === 'cluster') return '-';
  return formatText(pattern === 'prefix' ? `${name}*` : name);
}

/** `allow shop to read topic orders.*`. */
export function ruleText(rule: AclRule): string {
  const { effect, user, operation, resource } = rule;
  const name = resource === 'cluster' ? '' : ` ${nameText(rule)}`;
  return `${effect} ${formatText(user)} to ${operation} ${resource}${name}`;
}
