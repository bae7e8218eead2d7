// The one rule for names of topics and groups.

import { type Refused, refuse } from '../decision.ts';

const NAME = /^[a-zA-Z0-9._-]{1,249}$/;

/** Refused with INVALID_NAME, or undefined where the name is good. `field` is the request field it came in. */
export function checkName(name: string, field: string): Refused | undefined {
  if (NAME.test(name) && name !== '.' && name !== '..') return undefined;
  return refuse('INVALID_NAME', undefined, { field, limit: '249 characters' });
}
