// What a gateway that its broker does not let in ends with: an option that is missing or wrong.

import { StartError } from '@millrace/options';
import { MillraceError } from '@millrace/protocol';

const ADVICE: { readonly [code: string]: string } = {
  AUTHENTICATION_REQUIRED:
    'The broker asks who the gateway is: give --broker-token-file, with the token of a user that may delegate on the cluster.',
  AUTHENTICATION_FAILED: 'The broker does not let the gateway in: look at --broker-token-file.',
  NOT_AUTHORIZED:
    'The gateway may not act for its callers: its user needs a rule that allows it to delegate on the cluster.',
};

/** Anything else as it is. */
export function loginFault(error: unknown): unknown {
  const advice = error instanceof MillraceError ? ADVICE[error.code] : undefined;
  return advice === undefined ? error : new StartError('badOption', advice, { cause: error });
}
