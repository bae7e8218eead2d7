// Receives over connections of their own: a broker limits what waits on one connection, so as many are made as the waiting
// receives need, and let go when they are idle. It keeps nothing that another gateway would need.

import type { Client, LeasedMessage, Queue, ReceiveOptions } from '@millrace/client';
import { MillraceError } from '@millrace/protocol';
import type { Receiver } from '../services.ts';

/** Counts the receives of all receivers that share it. */
export class ReceiverTally {
  /** Receives at a time that may wait. */
  readonly waitingMax: number;
  /** Those that wait now. */
  waiting = 0;
  connections = 0;

  constructor(waitingMax: number) {
    this.waitingMax = waitingMax;
  }
}

export interface ReceiverSources {
  /** Makes one more connection. */
  readonly open: () => Promise<Client>;
  readonly tally: ReceiverTally;
  /** A connection without receives for this long is closed, ms. */
  readonly idleMs: number;
}

/** Half of what a broker allows a connection by default: the rest is for receives that do not wait. */
const WAITING_PER_LANE = 500;
/** Queue objects that a connection keeps; they are cheap to make anew. */
const QUEUES_KEPT = 1_000;

/** One connection. */
class Lane {
  readonly client: Client;
  running = 0;
  idleSinceMs = 0;
  readonly #queues = new Map<string, Queue<Uint8Array>>();

  constructor(client: Client) {
    this.client = client;
  }

  queue(group: string): Queue<Uint8Array> {
    let queue = this.#queues.get(group);
    if (queue === undefined) {
      if (this.#queues.size >= QUEUES_KEPT) this.#queues.clear();
      queue = this.client.queue<Uint8Array>(group);
      this.#queues.set(group, queue);
    }
    return queue;
  }
}

export class PooledReceiver implements Receiver {
  readonly #sources: ReceiverSources;
  readonly #lanes: Lane[] = [];
  readonly #waiting = new Set<AbortController>();
  readonly #sweeper: NodeJS.Timeout;
  #opening: Promise<Lane> | undefined;
  #isClosing = false;

  constructor(sources: ReceiverSources) {
    this.#sources = sources;
    this.#sweeper = setInterval(() => this.#closeIdle(), sources.idleMs).unref();
  }

  async receive(group: string, options: ReceiveOptions): Promise<LeasedMessage<Uint8Array>[]> {
    const waits = (options.maxWaitMs ?? 0) > 0;
    const { tally } = this.#sources;
    if (waits && tally.waiting >= tally.waitingMax) {
      const limit = `${tally.waitingMax} waiting receives`;
      throw new MillraceError('OVERLOADED', 'Too many receives wait at this gateway.', { limit });
    }
    // What waits gives up at the end; what does not is soon over.
    if (!waits) return this.#receiveOver(await this.#takePlace(), group, options);
    if (this.#isClosing) return [];
    const giveUp = new AbortController();
    const onAbort = () => giveUp.abort(options.signal?.reason);
    if (options.signal?.aborted) onAbort();
    else options.signal?.addEventListener('abort', onAbort, { once: true });
    this.#waiting.add(giveUp);
    tally.waiting += 1;
    try {
      const lane = await this.#takePlace();
      return await this.#receiveOver(lane, group, { ...options, signal: giveUp.signal });
    } catch (error) {
      if (this.#isClosing && isAborted(error)) return [];
      throw error;
    } finally {
      this.#waiting.delete(giveUp);
      tally.waiting -= 1;
      options.signal?.removeEventListener('abort', onAbort);
    }
  }

  /** From now on nothing waits: who does gets an empty answer. */
  stopWaiting(): void {
    this.#isClosing = true;
    for (const waiting of this.#waiting) waiting.abort();
  }

  async close(): Promise<void> {
    this.stopWaiting();
    clearInterval(this.#sweeper);
    await this.#opening?.catch(() => undefined);
    await Promise.all(this.#lanes.splice(0).map((lane) => this.#closeLane(lane)));
  }

  async #receiveOver(
    lane: Lane,
    group: string,
    options: ReceiveOptions,
  ): Promise<LeasedMessage<Uint8Array>[]> {
    try {
      return await lane.queue(group).receive(options);
    } finally {
      lane.running -= 1;
      if (lane.running === 0) lane.idleSinceMs = performance.now();
    }
  }

  /** A place on the first connection with room, so that the last ones fall idle. */
  async #takePlace(): Promise<Lane> {
    for (;;) {
      const lane = this.#lanes.find(({ running }) => running < WAITING_PER_LANE);
      if (lane !== undefined) {
        lane.running += 1;
        return lane;
      }
      this.#opening ??= this.#openLane().finally(() => {
        this.#opening = undefined;
      });
      await this.#opening;
    }
  }

  async #openLane(): Promise<Lane> {
    const lane = new Lane(await this.#sources.open());
    lane.idleSinceMs = performance.now();
    this.#lanes.push(lane);
    this.#sources.tally.connections += 1;
    return lane;
  }

  async #closeLane({ client }: Lane): Promise<void> {
    this.#sources.tally.connections -= 1;
    await client.close();
  }

  #closeIdle(): void {
    const before = performance.now() - this.#sources.idleMs;
    // The first one stays.
    for (let at = this.#lanes.length - 1; at > 0; at -= 1) {
      const lane = this.#lanes[at];
      if (lane === undefined || lane.running > 0 || lane.idleSinceMs > before) continue;
      this.#lanes.splice(at, 1);
      void this.#closeLane(lane);
    }
  }
}

function isAborted(error: unknown): boolean {
  return error instanceof MillraceError && error.code === 'ABORTED';
}
