// The works by name.

import type { PeerWork } from '../../results/results.ts';
import { consume } from './consume.ts';
import { latency } from './latency.ts';
import { produce, produceLarge, produceOne } from './produce.ts';
import { queue, queueOne } from './queue.ts';
import type { Work } from './work.ts';

export const WORKS: Readonly<Record<PeerWork, Work>> = {
  produce,
  'produce-1k': produceLarge,
  'produce-one': produceOne,
  consume,
  queue,
  'queue-one': queueOne,
  latency,
};
