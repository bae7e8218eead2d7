// Lets the virtual machines compile what they will run: for its first seconds a Java client or server does half as well
// and costs twice as much, which says nothing about a broker that has been up for a minute.

import { setTimeout as sleep } from 'node:timers/promises';

import type { Channel, Reading } from '../peer.ts';
import { withTimeout } from '../server/timeout.ts';

const SENDING_MS = 6_000;
const ARRIVAL_TIMEOUT_MS = 60_000;
const VALUE_BYTES = 100;
/** Enough to keep the senders busy, little enough to be read at once. */
const LANES = 4;
const PAUSE_MS = 2;

/** Sends to a channel of its own and reads it back, until what was sent first has arrived. */
export async function warmUp(channel: Channel): Promise<void> {
  const sender = await channel.sender();
  const values = Array.from({ length: sender.batch }, () => new Uint8Array(VALUE_BYTES));
  let onFirst: () => void = () => undefined;
  let onError: (error: Error) => void = () => undefined;
  const arrived = new Promise<void>((resolve, reject) => {
    onFirst = resolve;
    onError = reject;
  });
  // Whoever fails first is told of: this one is waited for last.
  arrived.catch(() => undefined);
  const reading = await openReading(channel, onFirst, onError);
  const endsAt = Date.now() + SENDING_MS;
  const lane = async () => {
    while (Date.now() < endsAt) {
      await sender.send(values);
      await sender.sendOne(values[0] as Uint8Array);
      await sleep(PAUSE_MS);
    }
  };
  await Promise.all(Array.from({ length: LANES }, lane));
  await withTimeout(arrived, ARRIVAL_TIMEOUT_MS, 'Nothing of what was sent has arrived');
  await reading.close();
  await sender.close();
  await channel.drop?.();
}

function openReading(
  channel: Channel,
  onFirst: () => void,
  onError: (error: Error) => void,
): Promise<Reading> {
  if (channel.work !== undefined) {
    return channel.work({ batch: 100, concurrency: 8, onDone: onFirst, onError });
  }
  if (channel.read === undefined)
    return Promise.reject(new Error('The channel has no way to read it.'));
  return channel.read({ from: 'start', onValues: onFirst, onError });
}
