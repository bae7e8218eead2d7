// Sends the batches of all lanes, several of a lane at a time, and sorts their outcomes: settled, to be sent again, or
// failed. What comes back goes to its lane, which keeps the order; a new epoch begins where sequences are lost.

import { ERRORS, MillraceError, NO_ERROR, type ResponseOf } from '@millrace/protocol';
import { Deadlines } from '../deadlines.ts';
import { type Metadata, outcomeError } from '../metadata.ts';
import { backoffMs } from '../net/backoff.ts';
import type { Link } from '../net/link.ts';
import { type Batch, overdue } from './batch.ts';
import type { Epochs } from './epochs.ts';
import type { Lane } from './lane.ts';
import { Places } from './places.ts';

/** A request takes batches up to about this many bytes, well below the frame limit. */
const REQUEST_BYTES = 6 * 1024 * 1024;
const REQUEST_BATCHES_MAX = 500;

interface Routed {
  readonly batch: Batch;
  readonly topicId: number;
}

export interface DispatcherOptions {
  readonly lingerMs: number;
  readonly maxInFlight: number;
  readonly maxInFlightPerPartition: number;
}

export class Dispatcher {
  private readonly link: Link;
  private readonly metadata: Metadata;
  private readonly options: DispatcherOptions;
  /** Undefined: batches are not idempotent, and are never sent again once nobody knows whether they were appended. */
  private readonly epochs: Epochs | undefined;
  private readonly onSettled: (batch: Batch) => void;
  private readonly ready = new Set<Lane>();
  /** Lanes that wait for a time: their linger time, or the pause before sending again. */
  private readonly later = new Set<Lane>();
  private readonly timer = new Deadlines(() => this.wake());
  private inFlight = 0;
  private isClosed = false;
  private turn: NodeJS.Immediate | undefined;

  constructor(
    link: Link,
    metadata: Metadata,
    options: DispatcherOptions,
    epochs: Epochs | undefined,
    onSettled: (batch: Batch) => void,
  ) {
    this.link = link;
    this.metadata = metadata;
    this.options = options;
    this.epochs = epochs;
    this.onSettled = onSettled;
  }

  /** The lane has something new. */
  touch(lane: Lane): void {
    if (this.isClosed || !lane.mayTake(this.options.maxInFlightPerPartition)) return;
    this.ready.add(lane);
    this.turn ??= setImmediate(() => this.dispatch());
  }

  /** Sends nothing from now on; what is on its way still gets its outcome. */
  close(): void {
    this.isClosed = true;
    this.timer.close();
    if (this.turn !== undefined) clearImmediate(this.turn);
    this.ready.clear();
    this.later.clear();
  }

  private dispatch(): void {
    this.turn = undefined;
    const now = performance.now();
    let request: Routed[] = [];
    let bytes = 0;
    for (const lane of this.ready) {
      if (this.inFlight >= this.options.maxInFlight) break;
      this.ready.delete(lane);
      const routed = this.take(lane, now);
      if (routed === undefined) continue;
      // Behind the others, for its next batch.
      if (lane.hasSealed) this.ready.add(lane);
      const size = routed.batch.bytes.length;
      if (bytes + size > REQUEST_BYTES || request.length === REQUEST_BATCHES_MAX) {
        if (request.length > 0) this.send(request, now);
        request = [];
        bytes = 0;
      }
      request.push(routed);
      bytes += size;
    }
    if (request.length > 0) this.send(request, now);
  }

  private take(lane: Lane, now: number): Routed | undefined {
    if (!lane.mayTake(this.options.maxInFlightPerPartition)) return undefined;
    if (this.epochs?.holdsUp(lane)) return undefined;
    const dueAt = this.dueAt(lane);
    if (dueAt > now) {
      this.later.add(lane);
      this.timer.watch(dueAt);
      return undefined;
    }
    const topic = this.metadata.cached(lane.topic);
    // Touched again when what is on its way to the topic of old has come back.
    if (topic !== undefined && !lane.mayBegin(topic.topicId)) return undefined;
    const batch = lane.take();
    if (batch === undefined) return undefined;
    this.epochs?.left(batch);
    if (topic === undefined) void this.refresh(batch, new MillraceError('UNKNOWN_TOPIC'));
    else if (batch.deadlineAt <= now) this.fail(batch, overdue(batch, this.link.loginRefusal));
    else {
      const { topicId } = topic;
      this.epochs?.number(batch, topicId);
      return { batch, topicId };
    }
    return undefined;
  }

  private dueAt(lane: Lane): number {
    const lingerUntil =
      lane.hasSealed || lane.open === undefined ? 0 : lane.open.createdAt + this.options.lingerMs;
    return Math.max(lane.blockedUntil, lingerUntil);
  }

  private send(request: readonly Routed[], now: number): void {
    this.inFlight += 1;
    const deadlineAt = Math.min(...request.map(({ batch }) => batch.deadlineAt));
    const batches = request.map(({ batch, topicId }) => ({
      topicId,
      partition: batch.lane.partition,
      batch: batch.bytes,
      expectedOffset: batch.expectedOffset ?? null,
    }));
    this.link.request('Produce', { batches }, { timeoutMs: Math.max(1, deadlineAt - now) }).then(
      (reply) => this.replied(request, reply),
      (error: MillraceError) => this.refused(request, error),
    );
  }

  private replied(request: readonly Routed[], { results }: ResponseOf<'Produce'>): void {
    this.inFlight -= 1;
    for (const [index, { batch, topicId }] of request.entries()) {
      const result = results[index];
      if (result === undefined) this.fail(batch, new MillraceError('INTERNAL', 'No outcome came.'));
      else if (result.errorCode === NO_ERROR) {
        this.appended(batch, new Places(topicId, batch.lane.partition, result));
      } else this.sort(batch, errorOf(result));
    }
    this.goOn();
  }

  /** The request as a whole has no result: what the link could send again it has. */
  private refused(request: readonly Routed[], error: MillraceError): void {
    this.inFlight -= 1;
    const isLost = error.code === 'OUTCOME_UNKNOWN' || error.code === 'DEADLINE_EXCEEDED';
    for (const { batch } of request) {
      if (this.epochs !== undefined && (isLost || error.action === 'retry')) {
        if (isLost) this.epochs.doubt(batch);
        batch.lastError = error;
        this.sendAgain(batch);
      } else if (ERRORS[error.code].action === 'refresh') this.sort(batch, error);
      else this.fail(batch, error);
    }
    this.goOn();
  }

  private goOn(): void {
    if (this.ready.size > 0 && !this.isClosed) this.turn ??= setImmediate(() => this.dispatch());
  }

  private sort(batch: Batch, error: MillraceError): void {
    batch.lastError = error;
    if (this.epochs?.isLost(batch, error)) this.sendAgain(batch);
    else if (error.action === 'retry') this.sendAgain(batch);
    else if (error.action === 'refresh') void this.refresh(batch, error);
    else {
      this.epochs?.refused(batch, error);
      this.fail(batch, error);
    }
  }

  /** Nothing else of the lane is sent before what was sent with this batch has an outcome or is back too. */
  private sendAgain(batch: Batch): void {
    const now = performance.now();
    const leastMs = batch.lastError?.detail.retryAfterMs;
    // Where only a batch before it was missing it waits for that one alone.
    const isPaused = !batch.isOutOfOrder || batch.attempts > 0;
    const pauseMs = isPaused ? backoffMs(this.link.options.retry, batch.attempts, leastMs) : 0;
    batch.attempts += 1;
    if (this.isClosed || now + pauseMs >= batch.deadlineAt) {
      this.fail(batch, overdue(batch, this.link.loginRefusal));
      return;
    }
    batch.lane.putBack(batch, now + pauseMs);
    this.freed(batch);
  }

  private async refresh(batch: Batch, error: MillraceError): Promise<void> {
    batch.lastError = error;
    try {
      const { partitions } = await this.metadata.refresh(batch.lane.topic);
      if (batch.lane.partition < partitions) this.sendAgain(batch);
      else this.fail(batch, new MillraceError('UNKNOWN_PARTITION'));
    } catch (reason) {
      this.fail(batch, reason as MillraceError);
    }
  }

  /** Moves the lanes whose time has come; returns when the next one's comes. */
  private wake(): number {
    const now = performance.now();
    let next = Number.POSITIVE_INFINITY;
    for (const lane of this.later) {
      const dueAt = this.dueAt(lane);
      if (dueAt > now) {
        next = Math.min(next, dueAt);
        continue;
      }
      this.later.delete(lane);
      this.touch(lane);
    }
    return next;
  }

  private appended(batch: Batch, places: Places): void {
    batch.lane.done(batch);
    batch.appended(places);
    this.onSettled(batch);
    this.freed(batch);
  }

  private fail(batch: Batch, error: MillraceError): void {
    batch.lane.done(batch);
    batch.failed(error);
    this.onSettled(batch);
    this.freed(batch);
  }

  /** A batch is no longer on its way. */
  private freed(batch: Batch): void {
    const { lane } = batch;
    this.epochs?.came(batch);
    const back = lane.resume();
    if (back !== undefined) this.epochs?.resumed(lane, back);
    this.touch(lane);
  }
}

function errorOf(result: ResponseOf<'Produce'>['results'][number]): MillraceError {
  const { errorCode, errorMessage, endOffset } = result;
  const error = outcomeError(errorCode, errorMessage);
  if (error.code !== 'OFFSET_MISMATCH') return error;
  return new MillraceError(error.code, error.message, { field: 'expectedOffset', endOffset });
}
