// queue and queue-one: a worker takes and acknowledges messages, in batches or one by one.

import type { Client } from '@millrace/client';
import { openQueue, type Pass } from './queue-session.ts';
import { WorkerPass } from './worker-pass.ts';
import { TIMED, type Workload } from './workload.ts';

const LATENCY_OF = 'from the call of the handler to the acknowledgement (a sample)';

export const queue: Workload = {
  name: 'queue',
  about: 'Receive and acknowledge in batches: a worker with eachBatch on a full topic.',
  latencyOf: LATENCY_OF,
  takes: [...TIMED, 'batch', 'inFlight', 'backlog'],
  defaults: { batch: 100, inFlight: 32, partitions: 4 },
  open: (arena) => {
    const { batch, inFlight } = arena.settings;
    return openQueue(arena, (client, pass) => {
      return new WorkerPass(pass).drain(client, { batchSize: batch, concurrency: inFlight });
    });
  },
};

export const queueOne: Workload = {
  name: 'queue-one',
  about: 'Receive and acknowledge one by one: a worker with a handler, many handlers at a time.',
  latencyOf: LATENCY_OF,
  takes: [...TIMED, 'inFlight', 'backlog'],
  defaults: { inFlight: 256, partitions: 4, backlog: 500_000 },
  open: (arena) => {
    const { inFlight } = arena.settings;
    return openQueue(arena, (client, pass) => {
      return new WorkerPass(pass).drain(client, { concurrency: inFlight });
    });
  },
};

export const queueKeyed: Workload = {
  name: 'queue-keyed',
  about: 'As `queue`, in the order of keys: one message of a key at a time, or one receive.',
  latencyOf: LATENCY_OF,
  takes: [...TIMED, 'batch', 'inFlight', 'backlog', 'keys'],
  defaults: { batch: 100, inFlight: 8, partitions: 4 },
  open: (arena) => {
    const { batch, inFlight, keys } = arena.settings;
    const drain = (client: Client, pass: Pass) =>
      new WorkerPass(pass).drain(client, { batchSize: batch, concurrency: inFlight });
    return openQueue(arena, drain, { keys, config: { ordering: 'key' } });
  },
};
