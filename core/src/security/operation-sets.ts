// What operations include, as sets of bits: an access decision is a few operations on numbers.

import { OPERATIONS, type OperationName } from '@millrace/protocol';

/** A bit an operation but `all`, which is the set of them. */
export type OperationSet = number;

const SINGLE = OPERATIONS.filter((operation) => operation !== 'all');
const EVERYTHING: OperationSet = 2 ** SINGLE.length - 1;
/** Whoever may do one of these may look, too. */
const LOOKING: readonly OperationName[] = ['read', 'write', 'alter', 'delete'];

type Sets = { readonly [O in OperationName]: OperationSet };

function eachOperation(setOf: (operation: OperationName) => OperationSet): Sets {
  return Object.fromEntries(OPERATIONS.map((name) => [name, setOf(name)])) as Sets;
}

/** What has to be allowed, and none of it denied, to do the operation. A rule that denies it denies as much. */
export const ITSELF: Sets = eachOperation((operation) =>
  operation === 'all' ? EVERYTHING : 1 << SINGLE.indexOf(operation),
);

/** What a rule that allows the operation allows. */
export const ALLOWED: Sets = eachOperation((operation) =>
  LOOKING.includes(operation) ? ITSELF[operation] | ITSELF.describe : ITSELF[operation],
);
