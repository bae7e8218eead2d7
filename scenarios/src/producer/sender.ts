// A batch into a queue, by the native client or by the AWS SDK: each message with its id where it was acknowledged, or with
// why it was not.

import type { NewMessage } from './payloads.ts';

export type SendOutcome = { readonly messageId: string } | { readonly fault: string };

export interface Sender {
  /** One outcome a message, in order. */
  send(messages: readonly NewMessage[]): Promise<SendOutcome[]>;
  close(): Promise<void>;
}
