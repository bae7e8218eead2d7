// What whoever sends a request may do. Handlers ask it; where nobody is asked who they are, it allows everything.

import type { OperationName, ResourceKind } from '@millrace/protocol';

export interface Access {
  /** Empty: nobody was asked. */
  readonly user: string;
  /** Nothing is refused: handlers need not look at each item. */
  readonly isUnlimited: boolean;
  may(operation: OperationName, resource: ResourceKind, name: string): boolean;
  /** Throws NOT_AUTHORIZED, which names operation and resource. */
  require(operation: OperationName, resource: ResourceKind, name: string): void;
}

/** Of a broker without authentication. */
export const UNLIMITED: Access = {
  user: '',
  isUnlimited: true,
  may: () => true,
  require: () => undefined,
};
