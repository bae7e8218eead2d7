// The transactions of one partition in one time of holding it: one under way at a time, in the order of the inputs, so that
// a refused one is followed by none. What is handled meanwhile goes into the next. It runs no handlers.

import type { CodecName, MillraceError, RequestInput } from '@millrace/protocol';
import type { Committer, Holder } from '../consumer/commits.ts';
import { Fifo } from '../fifo.ts';
import { backoffMs } from '../net/backoff.ts';
import type { Link } from '../net/link.ts';
import { isPassing } from '../net/passing.ts';
import { Bell, pause } from '../wait.ts';
import type { Budget } from './budget.ts';
import { laneClosed, partitionLost, unresolved } from './lane-errors.ts';
import type { Outputs } from './outputs.ts';
import { Segment } from './segment.ts';
import type { Tally } from './stats.ts';

type Transaction = RequestInput<'Transact'>;

/** What the lanes of a transformer share. */
export interface LaneSource {
  readonly link: Link;
  readonly group: string;
  readonly committer: Committer;
  readonly compression: CodecName;
  readonly budget: Budget;
  readonly tally: Tally;
  /** Ends what waits, once the transformer's time is over. */
  readonly closing: AbortSignal;
  /** Unique for a lane and what a transaction covers: see transaction-id.ts. */
  transactionId(lane: Lane, segment: Segment): string;
  /** The lane was refused as somebody who does not hold the partition any more. */
  refused(lane: Lane, error: MillraceError): Promise<void>;
  /** Where outputs of these topics go was asked for too long ago: a topic is gone, or was made anew. */
  outdated(topicIds: readonly number[]): void;
  /** Going on is impossible. */
  failed(error: MillraceError): void;
}

/** The broker forgets outcomes after 15 minutes: well before, what has no outcome is not sent again. */
const RESEND_MS_MAX = 10 * 60_000;
/** Segments of a partition that wait behind the one under way. */
const WAITING_MAX = 4;

export class Lane {
  readonly holder: Holder;
  readonly number: number;
  /** The message that a handler has in hand, or the first of them. */
  inHand = Number.POSITIVE_INFINITY;
  private readonly source: LaneSource;
  private readonly waiting = new Fifo<Segment>();
  private newest: Segment | undefined;
  /** Offset after the last input that was added. */
  private end = -1;
  private error: MillraceError | undefined;
  private running: Promise<void> | undefined;
  private readonly news = new Bell();

  constructor(source: LaneSource, holder: Holder, number: number) {
    this.source = source;
    this.holder = holder;
    this.number = number;
  }

  get isOver(): boolean {
    return this.error !== undefined || this.holder.state === 'gone';
  }

  /**
   * Inputs from `firstOffset` to before `nextOffset` are handled, and these are placed. A promise is to be awaited before
   * the next inputs are taken: too much is without an outcome. Throws LIMIT_EXCEEDED.
   */
  add(firstOffset: number, nextOffset: number, outputs: Outputs): Promise<void> | undefined {
    this.inHand = Number.POSITIVE_INFINITY;
    if (this.isOver) return undefined;
    const { budget, tally } = this.source;
    this.open(firstOffset, outputs).add(nextOffset, outputs, Date.now());
    budget.take(outputs.bytes);
    tally.produced += outputs.list.length;
    this.end = nextOffset;
    this.start();
    return budget.isSpent || this.waiting.length > WAITING_MAX ? this.room() : undefined;
  }

  /** All before this offset is handled, also what no handler saw. Resolves once it is committed. */
  async settle(offset: number): Promise<void> {
    if (offset > this.end && !this.isOver) {
      const first = this.end < 0 ? offset : this.end;
      const segment = this.newest ?? this.push(new Segment(first, this.source.compression));
      segment.skipTo(offset);
      this.end = offset;
      this.start();
    }
    while (this.running !== undefined) await this.running;
    if (this.error !== undefined) throw this.error;
    if (this.holder.state === 'gone') throw partitionLost(this.holder);
  }

  private async room(): Promise<void> {
    const { budget } = this.source;
    while (!this.isOver && (budget.isSpent || this.waiting.length > WAITING_MAX)) {
      if (budget.isSpent) await budget.room();
      else await this.news.wait();
    }
  }

  /** The segment that takes them. */
  private open(firstOffset: number, outputs: Outputs): Segment {
    if (this.newest?.hasRoom(outputs) === true) return this.newest;
    const segment = new Segment(firstOffset, this.source.compression);
    segment.hasRoom(outputs);
    return this.push(segment);
  }

  private push(segment: Segment): Segment {
    this.waiting.push(segment);
    this.newest = segment;
    return segment;
  }

  private start(): void {
    this.running ??= this.run();
  }

  private async run(): Promise<void> {
    // What is handled in one turn goes into one transaction.
    await new Promise((resolve) => setImmediate(resolve));
    for (;;) {
      const segment = this.waiting.shift();
      if (segment === undefined) break;
      if (segment === this.newest) this.newest = undefined;
      this.news.ring();
      try {
        if (!(await this.commit(segment))) this.source.tally.dropped += 1;
      } catch (error) {
        this.source.tally.dropped += 1;
        await this.refuse(segment, error as MillraceError);
      } finally {
        this.source.budget.giveBack(segment.bytes);
      }
    }
    this.news.ring();
    this.running = undefined;
  }

  /** Sends it until it has an outcome, always the same: a lost reply is told again. False where the partition is lost. */
  private async commit(segment: Segment): Promise<boolean> {
    if (this.isOver) return false;
    const { link, closing, tally } = this.source;
    const body = this.transaction(segment);
    const giveUpAt = performance.now() + RESEND_MS_MAX;
    for (let failures = 0; !this.isOver; failures += 1) {
      if (closing.aborted) throw laneClosed();
      try {
        const { repeated } = await link.request('Transact', body, { signal: closing });
        tally.transactions += 1;
        tally.handled += segment.inputs;
        if (repeated) tally.repeated += 1;
        return true;
      } catch (thrown) {
        const error = thrown as MillraceError;
        if (!isPassing(error)) throw error;
        if (performance.now() > giveUpAt) throw unresolved(error);
        link.options.logger.warn?.('a transaction has no outcome yet, trying again', { error });
      }
      await pause(backoffMs(link.options.retry, failures), closing, link.closed);
    }
    return false;
  }

  private transaction(segment: Segment): Transaction {
    const { group, committer } = this.source;
    const { topicId, partition } = this.holder;
    const offsets = [{ topicId, partition, offset: segment.nextOffset, metadata: null }];
    const { memberId, epoch: memberEpoch } = committer;
    return {
      transactionId: this.source.transactionId(this, segment),
      batches: segment.batches(),
      acknowledgements: [],
      effects: [],
      offsets: [{ group, memberId, memberEpoch, offsets }],
    };
  }

  /** Nothing after it is sent: whoever has the partition begins where it was committed last. */
  private async refuse(segment: Segment, error: MillraceError): Promise<void> {
    if (this.isOver) return;
    this.error = error;
    if (error.code === 'CLIENT_CLOSED' || error.code === 'ABORTED') return;
    if (error.action === 'refresh') {
      this.source.outdated(segment.batches().map(({ topicId }) => topicId));
    }
    // What went to places of old is handled anew, and placed where its topics are now.
    if (error.action === 'refresh' || isFencing(error)) await this.source.refused(this, error);
    else this.source.failed(error);
  }
}

/** Somebody else has the partition, or may have it. */
function isFencing(error: MillraceError): boolean {
  const isOfOffsets = error.detail.field?.startsWith('offsets') ?? true;
  if (error.code === 'TRANSACTION_CONFLICT') return isOfOffsets;
  return error.action === 'rejoin' || error.code === 'UNKNOWN_GROUP';
}
