// What the actions on queues work with, and the form of each.

import type { SqsCall } from '../handler.ts';
import type { ActionName, InputOf, OutputOf } from '../model/actions.ts';
import type { QueueDirectory } from './queue.ts';
import type { Admin } from './queue-state.ts';

export interface QueueContext {
  readonly admin: Admin;
  readonly directory: QueueDirectory;
}

/** One action. Throws SqsError, or MillraceError, which the dispatcher translates. */
export type QueueHandler<N extends ActionName> = (
  context: QueueContext,
  input: InputOf<N>,
  call: SqsCall,
) => Promise<OutputOf<N>>;
