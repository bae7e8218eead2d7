// One pass of a worker over a group's messages: takes and acknowledges them, counts, and times one at a time.

import { type Client, codecs, type LeasedMessage, type Worker } from '@millrace/client';
import { Deferred } from '../deferred.ts';
import { TOPIC } from './batch-sender.ts';
import type { Drained, Pass } from './queue-session.ts';
import { CountsDiffer } from './workload.ts';

export interface Size {
  /** Absent: one by one. */
  readonly batchSize?: number;
  readonly concurrency: number;
}

export class WorkerPass {
  readonly #pass: Pass;
  readonly #drained = new Deferred();
  #accepted = 0;
  #failed = 0;
  /** The one message whose acknowledgement is timed at the moment. */
  #probe: LeasedMessage<Uint8Array> | undefined;
  #probedAt = 0;

  constructor(pass: Pass) {
    this.#pass = pass;
  }

  async drain(client: Client, size: Size): Promise<Drained> {
    const startedAt = performance.now();
    const worker = this.#start(client, size);
    const timer = setTimeout(this.#drained.resolve, this.#pass.durationMs);
    try {
      await Promise.race([this.#drained.promise, worker.finished]);
      const done = { records: this.#accepted, elapsedMs: performance.now() - startedAt };
      await worker.close();
      this.#check(worker);
      return { ...done, acknowledged: this.#accepted };
    } finally {
      clearTimeout(timer);
      await worker.close();
    }
  }

  #start(client: Client, { batchSize, concurrency }: Size): Worker<Uint8Array> {
    const { group, backlog } = this.#pass;
    const handle =
      batchSize === undefined
        ? { handler: async (message: LeasedMessage<Uint8Array>) => this.#look(message) }
        : {
            batchSize,
            eachBatch: async (messages: readonly LeasedMessage<Uint8Array>[]) => {
              for (const message of messages) this.#look(message);
            },
          };
    return client.worker<Uint8Array>({
      group,
      topics: TOPIC,
      codec: codecs.bytes,
      concurrency,
      ...handle,
      onOutcome: (message, outcome) => {
        if (outcome === 'accepted') this.#accept();
        else if (outcome !== 'returned') this.#failed += 1;
        if (message === this.#probe) this.#timed();
        if (this.#accepted === backlog || this.#failed > 0) this.#drained.resolve();
      },
    });
  }

  #look(message: LeasedMessage<Uint8Array>): void {
    if (message.valueBytes === null) throw new CountsDiffer('a message came without its value');
    if (this.#probe !== undefined) return;
    this.#probe = message;
    this.#probedAt = performance.now();
  }

  #accept(): void {
    this.#accepted += 1;
    this.#pass.onAcknowledged?.(1);
  }

  #timed(): void {
    this.#pass.latency.record(performance.now() - this.#probedAt);
    this.#probe = undefined;
  }

  #check({ stats }: Worker<Uint8Array>): void {
    const { released, rejected, lost } = stats;
    if (this.#failed === 0) return;
    throw new CountsDiffer(
      `${this.#failed} messages were not accepted: ${released} released, ${rejected} rejected, ${lost} leases lost`,
    );
  }
}
