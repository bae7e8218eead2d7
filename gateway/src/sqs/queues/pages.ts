// Lists of queues in pages. A token names the last queue of its page, so a page goes on where the one before ended,
// whatever was made or deleted meanwhile, and whichever gateway is asked.

import { SqsError } from '../errors.ts';
import { isPossibleName } from './names.ts';

const RESULTS_MAX = 1_000;

export interface Paging {
  readonly MaxResults?: number | undefined;
  readonly NextToken?: string | undefined;
}

export interface Page {
  readonly names: readonly string[];
  /** Where there are more, and the caller asked for pages. */
  readonly token: string | undefined;
}

/** `names` in any order; pages are in the order of names. Throws InvalidParameterValue. */
export function pageOf(names: readonly string[], { MaxResults, NextToken }: Paging): Page {
  if (MaxResults !== undefined && !(MaxResults >= 1 && MaxResults <= RESULTS_MAX)) {
    throw new SqsError(
      'InvalidParameterValue',
      `Value for parameter MaxResults is invalid. Reason: MaxResults must be an integer between 1 and ${RESULTS_MAX}.`,
    );
  }
  const after = NextToken === undefined || NextToken === '' ? '' : nameIn(NextToken);
  const rest = names.filter((name) => name > after).toSorted();
  const page = rest.slice(0, MaxResults ?? RESULTS_MAX);
  const last = page.at(-1);
  const isMore = MaxResults !== undefined && page.length < rest.length && last !== undefined;
  return { names: page, token: isMore ? Buffer.from(last).toString('base64') : undefined };
}

function nameIn(token: string): string {
  const name = Buffer.from(token, 'base64').toString();
  const isOurs = isPossibleName(name) && Buffer.from(name).toString('base64') === token;
  if (isOurs) return name;
  throw new SqsError('InvalidParameterValue', 'Invalid or expired next token.');
}
