// A receive of REST: for a caller that may hang up, in the shape of the API.

import type { LeasedMessage, ReceiveOptions } from '@millrace/client';
import type { FastifyReply } from 'fastify';
import { SocketCaller } from '../../http/caller.ts';
import { handOver } from '../../receiver/hand-over.ts';
import type { Services } from '../../services.ts';
import { leasedShape } from '../schemas/message.ts';
import { receiptText } from '../schemas/receipts.ts';

/** One for all gateways: a receive that is asked for again may come through another one. */
const MEMBER_ID = 'rest';

export type Receive = (
  group: string,
  options: ReceiveOptions,
) => Promise<LeasedMessage<Uint8Array>[]>;

/** No messages where nobody is there to get them. Throws as `Queue.receive`. */
export async function receiveFor(
  { waiting }: Services,
  { request, raw }: FastifyReply,
  receive: Receive,
  group: string,
  options: ReceiveOptions,
) {
  const caller = new SocketCaller(request.raw, raw, waiting);
  try {
    const hasWaited = (options.maxWaitMs ?? 0) > 0;
    const signal = hasWaited ? caller.signal : undefined;
    const messages = await receive(group, { ...options, memberId: MEMBER_ID, signal });
    const isThere = await handOver(messages, caller, { hasWaited });
    const shown = isThere ? messages : [];
    return { messages: shown.map((one) => leasedShape(one, receiptText(group, one.receipt))) };
  } finally {
    caller.release();
  }
}
