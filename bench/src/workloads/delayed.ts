// delayed: produces messages that become visible long after, each at a time of its own, and looks at what they cost the
// broker: memory has to stay, the file grows; then the broker is killed, and its start is timed.

import { setTimeout as sleep } from 'node:timers/promises';
import { type BatchMessage, codecs, type Producer } from '@millrace/client';
import { formatCount, formatMebibytes } from '../format.ts';
import { runLanes } from '../lanes.ts';
import { directoryBytes, readUsage } from '../measure/process-usage.ts';
import { TOPIC } from './batch-sender.ts';
import { payload } from './payload.ts';
import {
  type Arena,
  type Done,
  mustEqual,
  type Run,
  type Session,
  type Verdict,
  type Workload,
} from './workload.ts';

const GROUP = 'delayed';
const HOUR_MS = 3_600_000;
/** No two neighbours become visible at the same time: each is a range of its own. */
const DELAYS = 1_000_000;
const SETTLE_MS_MAX = 600_000;
const LOOK_EVERY_MS = 200;

/** Of a broker that has scheduled all of them and then had a rest, against an empty one: a heap that was full of garbage stays larger. */
const GROWTH_BYTES_MAX = 128 * 2 ** 20;
/** V8 collects the garbage of a process that does nothing after 10 to 20 seconds. */
const REST_MS = 30_000;
/** So many of them are scheduled behind the rest, so that the start finds the journal as load leaves it. */
const PART_BEFORE_KILL = 0.25;
/** Of a broker that has just started, with all the messages against none. */
const KEPT_BYTES_MAX = 32 * 2 ** 20;
const RESTART_MS_MAX = 3_000;

const above = (bytes: number): string => `at most ${formatMebibytes(bytes)} above before`;

export const delayed: Workload = {
  name: 'delayed',
  about:
    'Produce messages with a delay of their own each, until the group counts all of them as scheduled; fails where memory grows with them.',
  latencyOf: 'from the call to the acknowledgement of a batch',
  takes: ['backlog', 'batch', 'inFlight', 'recordBytes', 'partitions', 'sync'],
  defaults: { backlog: 1_000_000, batch: 500, inFlight: 8, partitions: 4, runs: 1, warmup: 0 },
  async open(arena: Arena): Promise<Session> {
    const { admin } = arena.client;
    await admin.createTopic({ name: TOPIC, partitions: arena.settings.partitions });
    await admin.createShareGroup({ group: GROUP, topics: [TOPIC] });
    return new DelayedSession(arena);
  },
};

class DelayedSession implements Session {
  readonly #arena: Arena;
  readonly #producer: Producer<Uint8Array>;
  readonly #values: readonly Uint8Array[];
  #sent = 0;
  #memoryBefore = 0;
  #memoryAfter = 0;
  #memoryRestarted = 0;
  #fileBytes = 0;
  #restartMs = 0;

  constructor(arena: Arena) {
    const { recordBytes, batch } = arena.settings;
    this.#arena = arena;
    this.#values = payload(recordBytes, batch);
    this.#producer = arena.client.producer({ codec: codecs.bytes });
    this.#memoryBefore = this.#memory();
  }

  /** All of them, whatever the time. */
  async measure({ latency }: Run): Promise<Done> {
    const { backlog, batch } = this.#arena.settings;
    const step = this.#arena.progress.start('delayed messages', backlog);
    const startedAt = performance.now();
    // Messages are taken faster than they are scheduled: it begins with the first of them.
    const messages = Math.ceil(backlog / batch) * batch;
    const scheduled = this.#untilScheduled(messages);
    const sending = this.#send(messages, (ms) => {
      latency.record(ms);
      step.reached(this.#sent);
    });
    await Promise.all([sending, scheduled]);
    const elapsedMs = performance.now() - startedAt;
    step.done();
    return { records: this.#sent, elapsedMs };
  }

  async verify(): Promise<string> {
    const { totals } = await this.#arena.client.admin.counters(GROUP);
    mustEqual('messages scheduled, by the counters', totals.scheduled, this.#sent);
    return `the counters agree: ${formatCount(this.#sent)} scheduled`;
  }

  async finish(): Promise<void> {
    await this.#rest();
    await this.#send(this.#sent + PART_BEFORE_KILL * this.#sent, () => {});
    await this.#untilScheduled(this.#sent);
    this.#restartMs = await this.#arena.broker.restart();
    await this.verify();
    // The first start has brought the journal into the data file, of which garbage is left.
    await this.#arena.broker.restart();
    this.#memoryRestarted = this.#memory();
    this.#fileBytes = directoryBytes(this.#arena.broker.dataDir);
  }

  verdict(): Verdict {
    const isFlat = this.#memoryAfter <= this.#memoryBefore + GROWTH_BYTES_MAX;
    const isNotKept = this.#memoryRestarted <= this.#memoryBefore + KEPT_BYTES_MAX;
    const isPassed = isFlat && isNotKept && this.#restartMs <= RESTART_MS_MAX;
    const bytesEach = this.#fileBytes / this.#sent;
    const text = `${formatCount(this.#sent)} delayed messages, ${formatMebibytes(this.#memoryAfter)} MiB of memory once it has rested and ${formatMebibytes(this.#memoryRestarted)} MiB after a second start, ${bytesEach.toFixed(0)} bytes of file each; restart in ${(this.#restartMs / 1_000).toFixed(2)} s`;
    return {
      isPassed,
      text: `${isPassed ? 'on the disk' : 'NOT ON THE DISK ALONE'}: ${text}`,
      details: {
        messages: this.#sent,
        memoryBeforeBytes: this.#memoryBefore,
        memoryAfterBytes: this.#memoryAfter,
        memoryRestartedBytes: this.#memoryRestarted,
        fileBytes: this.#fileBytes,
        restartMs: this.#restartMs,
      },
      table: {
        head: ['figure', 'found', 'asked'],
        rows: [
          ['memory of the broker before, MiB', formatMebibytes(this.#memoryBefore), ''],
          ['with all, at rest', formatMebibytes(this.#memoryAfter), above(GROWTH_BYTES_MAX)],
          ['after a second start', formatMebibytes(this.#memoryRestarted), above(KEPT_BYTES_MAX)],
          ['file, bytes a message', bytesEach.toFixed(0), ''],
          ['restart, s', (this.#restartMs / 1_000).toFixed(2), 'at most 3'],
        ],
      },
    };
  }

  close(): Promise<void> {
    return this.#producer.close();
  }

  async #untilScheduled(messages: number): Promise<void> {
    const deadline = performance.now() + SETTLE_MS_MAX;
    while (performance.now() < deadline) {
      const { totals } = await this.#arena.client.admin.counters(GROUP);
      if (totals.scheduled >= messages) return;
      await sleep(LOOK_EVERY_MS);
    }
    throw new Error('the messages were not scheduled in time');
  }

  /** Until so many are sent. */
  async #send(messages: number, acknowledged: (ms: number) => void): Promise<void> {
    const { inFlight, batch } = this.#arena.settings;
    await runLanes(inFlight, async () => {
      if (this.#sent >= messages) return false;
      this.#sent += batch;
      const from = this.#sent;
      const values = this.#values.map((value, at): BatchMessage<Uint8Array> => {
        return { value, delayMs: HOUR_MS + ((from + at * 7_919) % DELAYS) };
      });
      const sentAt = performance.now();
      await this.#producer.sendBatch(TOPIC, values);
      acknowledged(performance.now() - sentAt);
      return true;
    });
  }

  /** The least of what it has meanwhile: garbage is collected, what it keeps stays. */
  async #rest(): Promise<void> {
    const deadline = performance.now() + REST_MS;
    this.#memoryAfter = this.#memory();
    while (performance.now() < deadline) {
      await sleep(LOOK_EVERY_MS);
      this.#memoryAfter = Math.min(this.#memoryAfter, this.#memory());
    }
  }

  /** Of the broker's own; 0 where the system does not tell. */
  #memory(): number {
    return readUsage(this.#arena.broker.pid)?.anonymousBytes ?? 0;
  }
}
