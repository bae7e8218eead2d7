// Leases on their way to a caller that may hang up: what it does not get is given back, as if it had not been delivered.

import { setImmediate as turn } from 'node:timers/promises';
import type { LeasedMessage } from '@millrace/client';
import type { Caller } from '../services.ts';

type Leased = readonly LeasedMessage<Uint8Array>[];

/** False: nobody is there to answer, or the gateway shuts down; the messages are given back. */
export async function handOver(
  messages: Leased,
  caller: Caller,
  { hasWaited }: { readonly hasWaited: boolean },
): Promise<boolean> {
  if (messages.length === 0) return true;
  // Its end may have come with the messages.
  if (hasWaited) await turn();
  if (caller.isGivenUp) {
    await giveBack(messages);
    return false;
  }
  caller.ifUnsent(() => void giveBack(messages));
  return true;
}

/** What a lease that is over says to that does not matter: nobody is left to tell. */
async function giveBack(messages: Leased): Promise<void> {
  await Promise.allSettled(messages.map((message) => message.return()));
}
