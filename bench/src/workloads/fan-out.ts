// fan-out and fan-out-queue: batches are sent as fast as the slowest of the groups reads them. Each group is an
// application of its own, with a connection of its own.

import { formatCount } from '../format.ts';
import { runLanes } from '../lanes.ts';
import { BatchSender, TOPIC } from './batch-sender.ts';
import { fillBy } from './fill-topic.ts';
import { type OpenReaders, openConsumerGroups, openShareGroups, type Readers } from './groups.ts';
import { Lag } from './lag.ts';
import {
  type Arena,
  type Done,
  mustEqual,
  type Run,
  type Session,
  TIMED,
  type Workload,
} from './workload.ts';

const SHARED = {
  latencyOf: 'from the call of sendBatch to its acknowledgement',
  takes: [...TIMED, 'groups', 'batch', 'inFlight'],
  defaults: { partitions: 4 },
} as const;

export const fanOut: Workload = {
  ...SHARED,
  name: 'fan-out',
  about:
    'Batches are sent while consumer groups of one member each read all of them; records are counted once a group.',
  open: (arena) => FanOutSession.open(arena, openConsumerGroups, 0),
};

export const fanOutQueue: Workload = {
  ...SHARED,
  name: 'fan-out-queue',
  about: 'The same with share groups, which take and acknowledge each message.',
  open: (arena) => FanOutSession.open(arena, openShareGroups, 0),
};

/** As `fan-out`, on a topic that holds `backlog` records that no group reads. */
export const tail: Workload = {
  ...fanOut,
  name: 'tail',
  takes: [...fanOut.takes, 'backlog'],
  open: (arena) => FanOutSession.open(arena, openConsumerGroups, arena.settings.backlog),
};

/** So many batches as are in flight may wait to be read. */
const LAG_FACTOR = 4;

class FanOutSession implements Session {
  readonly #arena: Arena;
  readonly #sender: BatchSender;
  readonly #backlog: number;
  readonly #lag: Lag;
  readonly #readers: Readers;
  #records = 0;

  private constructor(arena: Arena, sender: BatchSender, lag: Lag, readers: Readers) {
    this.#arena = arena;
    this.#sender = sender;
    this.#backlog = sender.acknowledged;
    this.#lag = lag;
    this.#readers = readers;
  }

  static async open(arena: Arena, open: OpenReaders, backlog: number): Promise<Session> {
    const { client, settings } = arena;
    const { partitions, groups, inFlight, batch } = settings;
    await client.admin.createTopic({ name: TOPIC, partitions });
    const sender = new BatchSender(client, settings);
    if (backlog > 0) await fillBy(sender, arena, backlog);
    const lag = new Lag(groups, LAG_FACTOR * inFlight * batch);
    const readers = await open(arena, (group, records) => lag.take(group, records));
    return new FanOutSession(arena, sender, lag, readers);
  }

  async measure({ durationMs, latency }: Run): Promise<Done> {
    const { failed } = this.#readers;
    const startedAt = performance.now();
    const endsAt = startedAt + durationMs;
    const before = this.#lag.read;
    await runLanes(this.#arena.settings.inFlight, async () => {
      await this.#lag.untilRoom(failed);
      this.#lag.send(this.#sender.batch);
      const sentAt = performance.now();
      await this.#sender.send();
      const now = performance.now();
      latency.record(now - sentAt);
      return now < endsAt;
    });
    await this.#lag.untilRead(failed);
    const records = this.#lag.read - before;
    this.#records += records;
    return { records, elapsedMs: performance.now() - startedAt };
  }

  async verify(): Promise<string> {
    const { groups } = this.#arena.settings;
    const sent = this.#sender.acknowledged - this.#backlog;
    mustEqual('records that came to groups', this.#records, sent * groups);
    await this.#sender.verify();
    const proof = await this.#readers.verify(sent);
    return `${formatCount(sent)} records sent, each came to each of ${groups} groups; ${proof}`;
  }

  async close(): Promise<void> {
    await this.#readers.close();
    await this.#sender.close();
  }
}
