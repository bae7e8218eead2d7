// produce-one: single records through producer.send, by default each after the last one's acknowledgement.

import { codecs, type Producer } from '@millrace/client';
import { formatCount } from '../format.ts';
import { runLanes } from '../lanes.ts';
import { TOPIC } from './batch-sender.ts';
import { payload } from './payload.ts';
import {
  type Arena,
  type Done,
  mustEqual,
  type Run,
  type Session,
  TIMED,
  type Workload,
} from './workload.ts';

export const produceOne: Workload = {
  name: 'produce-one',
  about: 'Single records through send, each after the last one was acknowledged.',
  latencyOf: 'from the call of send to its acknowledgement',
  takes: [...TIMED, 'inFlight'],
  defaults: { inFlight: 1, partitions: 1 },
  async open(arena: Arena): Promise<Session> {
    const { client, settings } = arena;
    await client.admin.createTopic({ name: TOPIC, partitions: settings.partitions });
    return new ProduceOneSession(arena);
  },
};

class ProduceOneSession implements Session {
  readonly #arena: Arena;
  readonly #producer: Producer<Uint8Array>;
  readonly #values: readonly Uint8Array[];
  #acknowledged = 0;

  constructor(arena: Arena) {
    this.#arena = arena;
    this.#producer = arena.client.producer({ codec: codecs.bytes });
    this.#values = payload(arena.settings.recordBytes, 64);
  }

  async measure({ durationMs, latency }: Run): Promise<Done> {
    const startedAt = performance.now();
    const endsAt = startedAt + durationMs;
    const before = this.#acknowledged;
    let next = 0;
    await runLanes(this.#arena.settings.inFlight, async () => {
      next = (next + 1) % this.#values.length;
      const sentAt = performance.now();
      await this.#producer.send({ topic: TOPIC, value: this.#values[next] ?? null });
      const now = performance.now();
      this.#acknowledged += 1;
      latency.record(now - sentAt);
      return now < endsAt;
    });
    return { records: this.#acknowledged - before, elapsedMs: performance.now() - startedAt };
  }

  async verify(): Promise<string> {
    const { partitions } = await this.#arena.client.admin.describeTopic(TOPIC);
    const stored = partitions.reduce((sum, { endOffset }) => sum + endOffset, 0);
    mustEqual('records in the topic', stored, this.#acknowledged);
    return `the topic holds the records acknowledged: ${formatCount(stored)}`;
  }

  close(): Promise<void> {
    return this.#producer.close();
  }
}
