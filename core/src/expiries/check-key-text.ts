// The one rule for texts that clients choose and that become part of a stored key: ids of transactions, attempts and
// members of consumer groups, and keys of effects. It keeps them printable, so that as JSON they fit in a key, and so that people can read them.

import { type Refused, refuse } from '../decision.ts';

/** Control characters, and halves of a surrogate pair. */
const UNFIT = /[\p{Cc}\p{Cs}]/u;

/** Refused with INVALID_REQUEST, or undefined where the text is good. `field` is the request field it came in. [L-91] */
export function checkKeyText(text: string, field: string): Refused | undefined {
  if (text === '') return refuse('INVALID_REQUEST', `${field} is empty.`, { field });
  if (!UNFIT.test(text)) return undefined;
  const message = `${field} holds a control character or half of a surrogate pair.`;
  return refuse('INVALID_REQUEST', message, { field });
}
