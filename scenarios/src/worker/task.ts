// A message to be worked on, whoever received it.

import type { Delivery } from '../transport/transport.ts';
import type { Payload } from './payload.ts';

export interface Task
  extends Pick<Delivery, 'messageId' | 'body' | 'attempts' | 'sentAtMs' | 'group'> {
  /** How many messages came with it, itself included. */
  readonly batch: number;
  /** Undefined where the body is none. */
  readonly payload: Payload | undefined;
}
