// produce: batches through producer.sendBatch, several in flight, each acknowledged after its flush.

import { runLanes } from '../lanes.ts';
import { BatchSender, TOPIC } from './batch-sender.ts';
import { fillBy } from './fill-topic.ts';
import {
  type Arena,
  type Done,
  mustEqual,
  type Run,
  type Session,
  TIMED,
  type Workload,
} from './workload.ts';

export const produce: Workload = {
  name: 'produce',
  about: 'Batches through sendBatch; beside it the bare committer with batches of the same size.',
  latencyOf: 'from the call of sendBatch to its acknowledgement',
  takes: [...TIMED, 'batch', 'inFlight', 'payload', 'compression'],
  // Half of what a producer may have on its way to 8 partitions: fewer, and the disk waits for the client.
  defaults: { inFlight: 32 },
  open: (arena) => openProduce(arena, 0),
};

/** As `produce`, on a topic that holds `backlog` records before. */
export const produceOnto: Workload = {
  ...produce,
  takes: [...produce.takes, 'backlog'],
  open: (arena) => openProduce(arena, arena.settings.backlog),
};

async function openProduce(arena: Arena, backlog: number): Promise<Session> {
  const { client, settings } = arena;
  const { inFlight, partitions } = settings;
  await client.admin.createTopic({ name: TOPIC, partitions });
  const sender = new BatchSender(client, settings);
  if (backlog > 0) await fillBy(sender, arena, backlog);
  return new ProduceSession(sender, inFlight, partitions);
}

class ProduceSession implements Session {
  readonly baseline;
  readonly #sender: BatchSender;
  readonly #inFlight: number;
  #counted: number;

  constructor(sender: BatchSender, inFlight: number, partitions: number) {
    this.#sender = sender;
    this.#inFlight = inFlight;
    this.#counted = sender.acknowledged;
    this.baseline = { batch: sender.encoded, inFlight, partitions };
  }

  async measure({ durationMs, latency, onAcknowledged }: Run): Promise<Done> {
    const startedAt = performance.now();
    const endsAt = startedAt + durationMs;
    let records = 0;
    await runLanes(this.#inFlight, async () => {
      const sentAt = performance.now();
      // Not `records += await …`: that would read the sum before the others have added to it.
      const sent = await this.#sender.send();
      records += sent;
      onAcknowledged?.(sent);
      const now = performance.now();
      latency.record(now - sentAt);
      return now < endsAt;
    });
    this.#counted += records;
    return { records, elapsedMs: performance.now() - startedAt };
  }

  async verify(): Promise<string> {
    mustEqual('records counted', this.#counted, this.#sender.acknowledged);
    await this.#sender.verifyBatches();
    return this.#sender.verify();
  }

  close(): Promise<void> {
    return this.#sender.close();
  }
}
