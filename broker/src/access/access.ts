// What whoever sends a request may do. Handlers ask it; where nobody is asked who they are, it allows everything.

import type { ApiName, MillraceError, OperationName, ResourceKind } from '@millrace/protocol';

export interface Access {
  /** Empty: nobody was asked. */
  readonly user: string;
  /** Nothing is refused: handlers need not look at each item. */
  readonly isUnlimited: boolean;
  may(operation: OperationName, resource: ResourceKind, name: string): boolean;
  /**
   * NOT_AUTHORIZED, which names operation and resource, where it may not; the audit log is told. `told` stands for the name where the
   * request did not say it: what may not be described is not named.
   */
  refusal(
    api: ApiName,
    operation: OperationName,
    resource: ResourceKind,
    name: string,
    told?: string,
  ): MillraceError | undefined;
  /** It may do this to something: whoever may not is told nothing of what is for all. */
  mayAny(operation: OperationName, resource: ResourceKind): boolean;
  /** It may do this to everything whose name begins so, also to what is not there yet. */
  mayAll(operation: OperationName, resource: ResourceKind, prefix: string): boolean;
}

/** Of a broker without authentication. */
export const UNLIMITED: Access = {
  user: '',
  isUnlimited: true,
  may: () => true,
  refusal: () => undefined,
  mayAny: () => true,
  mayAll: () => true,
};
