// queue-wire: the same work by bare requests, a whole lease acknowledged as one item. The difference to `queue` is what
// the worker costs.

import { type Client, MillraceError, type ResponseOf } from '@millrace/client';
import { runLanes } from '../lanes.ts';
import { TOPIC } from './batch-sender.ts';
import { type Drained, openQueue, type Pass } from './queue-session.ts';
import { CountsDiffer, TIMED, type Workload } from './workload.ts';

export const queueWire: Workload = {
  name: 'queue-wire',
  about: 'Receive and acknowledge in batches, by bare requests without a worker.',
  latencyOf: 'a receive and its acknowledgement, one after the other',
  takes: [...TIMED, 'batch', 'inFlight', 'backlog'],
  defaults: { batch: 100, inFlight: 8, partitions: 4 },
  open: (arena) => {
    const { batch, inFlight } = arena.settings;
    return openQueue(arena, (client, pass) => drain(client, pass, batch, inFlight));
  },
};

async function drain(client: Client, pass: Pass, batch: number, lanes: number): Promise<Drained> {
  const startedAt = performance.now();
  const endsAt = startedAt + pass.durationMs;
  let acknowledged = 0;
  await runLanes(lanes, async () => {
    const askedAt = performance.now();
    const taken = await takeOnce(client, pass.group, batch);
    if (taken === 0) return false;
    acknowledged += taken;
    const now = performance.now();
    pass.latency.record(now - askedAt);
    return now < endsAt;
  });
  return { records: acknowledged, elapsedMs: performance.now() - startedAt, acknowledged };
}

type Lease = ResponseOf<'Receive'>['leases'][number];

const countOf = ({ firstOffset, lastOffset }: { firstOffset: number; lastOffset: number }) =>
  lastOffset - firstOffset + 1;

/** How many messages were taken and acknowledged; 0 where none are left. */
async function takeOnce(client: Client, group: string, maxMessages: number): Promise<number> {
  const asked = { group, topics: [TOPIC], memberId: 'bench', maxMessages };
  const { leases } = await client.request('Receive', asked);
  if (leases.length === 0) return 0;
  const items = leases.map(({ topicId, partition, firstOffset, lastOffset, token }: Lease) => {
    return { topicId, partition, firstOffset, lastOffset, token, kind: 'accept' as const };
  });
  const { results } = await client.request('Acknowledge', { group, items });
  const outcomes = results.flatMap((result) => result.outcomes);
  const failed = outcomes.find(({ errorCode }) => errorCode !== 0);
  if (failed !== undefined) {
    throw new MillraceError(
      'STALE_LEASE',
      `an acknowledgement failed with code ${failed.errorCode}`,
    );
  }
  const resolved = outcomes.reduce((sum, outcome) => sum + countOf(outcome), 0);
  const leased = leases.reduce((sum, lease) => sum + countOf(lease), 0);
  if (resolved !== leased) {
    throw new CountsDiffer(`${leased} messages were leased, ${resolved} have an outcome`);
  }
  return leased;
}
