// Share groups by hand: one object a group for all requests, so that what they acknowledge at one moment goes as one.

import { type Client, codecs, type Queue } from '@millrace/client';

/** Whoever names groups at random may not fill the memory. */
const KEPT_MAX = 4_096;

export type GroupQueues = (group: string) => Queue<Uint8Array>;

export function createGroupQueues(client: Client): GroupQueues {
  const queues = new Map<string, Queue<Uint8Array>>();
  return (group) => {
    const known = queues.get(group);
    if (known !== undefined) return known;
    const queue = client.queue(group, { codec: codecs.bytes, resultCodec: codecs.bytes });
    const [oldest] = queues.keys();
    if (queues.size >= KEPT_MAX && oldest !== undefined) queues.delete(oldest);
    queues.set(group, queue);
    return queue;
  };
}
