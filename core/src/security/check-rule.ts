// Whether an access rule can mean anything: its name could be one of what it speaks of.

import { type Refused, refuse } from '../decision.ts';
import type { AclRow } from '../security-rows.ts';

const NAME = /^[a-zA-Z0-9._-]*$/;

/** `field` is where in the request the rule is. Whether its user exists is not its concern. */
export function checkRule(rule: AclRow, field: string): Refused | undefined {
  const { resource, pattern, name, operation } = rule;
  if (resource === 'cluster') {
    if (name !== '' || pattern !== 'literal') {
      return wrong(`${field}.name`, 'The cluster has no name: pattern literal, name empty.');
    }
    return undefined;
  }
  if (operation === 'delegate') {
    return wrong(`${field}.operation`, 'To act for others is a right on the cluster.');
  }
  if (!NAME.test(name)) {
    return wrong(
      `${field}.name`,
      `No ${resource} has a name like this. (A prefix that is empty is for all of them.)`,
    );
  }
  if (pattern === 'literal' && name === '') {
    return wrong(`${field}.name`, 'A name is needed. (A prefix that is empty is for all of them.)');
  }
  return undefined;
}

function wrong(field: string, message: string): Refused {
  return refuse('INVALID_REQUEST', message, { field });
}
