// What the handlers of SQS actions are given and give: the same for both protocols. They know nothing of HTTP.

import type { Caller } from '../services.ts';
import type { ActionName, InputOf, OutputOf } from './model/actions.ts';

/** What a call says beside its input. */
export interface SqsCall extends Caller {
  readonly requestId: string;
  readonly protocol: 'json' | 'query';
  /** Of the signature's scope, or the gateway's own. */
  readonly region: string;
  /** Twelve digits. */
  readonly account: string;
  /** Scheme and authority under which the caller reached the gateway, without a slash: queue URLs begin so. */
  readonly baseUrl: string;
  /** Who sends: the access key's id where the request is signed, otherwise the account. */
  readonly sender: string;
  /** Header X-Amzn-Trace-Id. */
  readonly traceHeader: string | undefined;
}

/** Throws SqsError, or MillraceError, which the dispatcher translates by the error table. */
export type SqsHandler<N extends ActionName> = (
  input: InputOf<N>,
  call: SqsCall,
) => Promise<OutputOf<N>>;

export type SqsHandlers = { readonly [N in ActionName]: SqsHandler<N> };

/** Actions on messages; all others are about queues. */
export type MessageAction =
  | 'SendMessage'
  | 'SendMessageBatch'
  | 'ReceiveMessage'
  | 'DeleteMessage'
  | 'DeleteMessageBatch'
  | 'ChangeMessageVisibility'
  | 'ChangeMessageVisibilityBatch';
export type QueueAction = Exclude<ActionName, MessageAction>;
