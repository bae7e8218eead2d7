// The table of workloads. The command line, --help and the reference page derive from it.

import { backlog } from './backlog.ts';
import { compression } from './compression.ts';
import { consume } from './consume.ts';
import { delayed } from './delayed.ts';
import { fanOut, fanOutQueue } from './fan-out.ts';
import { httpReceive, httpSend, httpSendBatch } from './http.ts';
import { idle, idleGroup } from './idle.ts';
import { latency, latencyQueue } from './latency.ts';
import { manyConnections } from './many-connections.ts';
import { manyPartitions, manyTopics } from './many-partitions.ts';
import { mixed } from './mixed.ts';
import { produce } from './produce.ts';
import { produceOne } from './produce-one.ts';
import { queue, queueKeyed, queueOne } from './queue.ts';
import { queueWire } from './queue-wire.ts';
import { rebalance } from './rebalance.ts';
import { retention } from './retention.ts';
import { compaction, retentionCost } from './upkeep.ts';
import type { Workload } from './workload.ts';

export const WORKLOADS: readonly Workload[] = [
  produce,
  produceOne,
  consume,
  queue,
  queueOne,
  queueKeyed,
  queueWire,
  fanOut,
  fanOutQueue,
  mixed,
  backlog,
  delayed,
  latency,
  latencyQueue,
  retention,
  retentionCost,
  compaction,
  rebalance,
  compression,
  idle,
  idleGroup,
  manyPartitions,
  manyTopics,
  manyConnections,
  httpSend,
  httpSendBatch,
  httpReceive,
];
