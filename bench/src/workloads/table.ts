// The table of workloads. The command line, --help and the reference page derive from it.

import { consume } from './consume.ts';
import { latency, latencyQueue } from './latency.ts';
import { produce } from './produce.ts';
import { produceOne } from './produce-one.ts';
import { queue, queueOne } from './queue.ts';
import { queueWire } from './queue-wire.ts';
import { retention } from './retention.ts';
import type { Workload } from './workload.ts';

export const WORKLOADS: readonly Workload[] = [
  produce,
  produceOne,
  consume,
  queue,
  queueOne,
  queueWire,
  latency,
  latencyQueue,
  retention,
];
