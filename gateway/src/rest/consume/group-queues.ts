// Share groups as acknowledgements need them: one object a group, so that what requests say at one moment goes as one.

import { codecs, type Queue } from '@millrace/client';
import type { Services } from '../../services.ts';

/** Whoever names groups at random may not fill the memory. */
const KEPT_MAX = 1_000;

export type GroupQueues = (group: string) => Queue<Uint8Array>;

export function createGroupQueues({ client }: Services): GroupQueues {
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
