// The consumer's public face: one way of reading at a time, over partitions of a group or of the caller's choice.

import { MillraceError } from '@millrace/protocol';
import { CLOSE_TIMEOUT_MS, type CloseOptions } from '../close.ts';
import type { Metadata } from '../metadata.ts';
import type { Link } from '../net/link.ts';
import { settledWithin } from '../wait.ts';
import type { ChunkRules, ConsumerBatch, ConsumerMessage } from './chunk.ts';
import type { Claim } from './claim.ts';
import { partitionList, type TopicPartition, type TopicPartitionOffset } from './claims.ts';
import { GroupPartitions } from './group-partitions.ts';
import { BatchIterator, MessageIterator } from './iterators.ts';
import { type ConsumerStats, lagOf, type PartitionLag, statsOf } from './look.ts';
import { type AnyRunner, newRunner } from './new-runner.ts';
import { type ConsumerSettings, type SeekPlace, seekPlace } from './options.ts';
import { OwnPartitions } from './own-partitions.ts';
import { Reader } from './reader.ts';
import type { RunHandlers } from './run.ts';
import { tracedHandlers } from './traced-handlers.ts';

/** What `consumer.close()` takes. */
export interface ConsumerCloseOptions extends CloseOptions {
  /** A static member (`instanceId`) gives up its place in the group; others always do. */
  readonly leave?: boolean | undefined;
}

/** Handlers may take this long to end after their signal was aborted. */
const ABORT_GRACE_MS = 250;

/** Reads topics as a log, alone or as a member of a group. */
export class Consumer<V> implements AsyncIterable<ConsumerMessage<V>>, AsyncDisposable {
  private readonly metadata: Metadata;
  private readonly settings: ConsumerSettings<V>;
  private readonly rules: ChunkRules<V>;
  private readonly reader: Reader<V>;
  private readonly own: OwnPartitions<V>;
  private readonly group: GroupPartitions<V> | undefined;
  private readonly onClosed: () => void;
  private isStarted = false;
  /** What reads now: one loop or one run at a time. */
  private reading: object | undefined;
  private running: { readonly runner: AnyRunner; readonly ended: Promise<void> } | undefined;
  private closing: Promise<void> | undefined;

  constructor(
    link: Link,
    metadata: Metadata,
    settings: ConsumerSettings<V>,
    onClosed: () => void = () => {},
  ) {
    this.metadata = metadata;
    this.settings = settings;
    this.onClosed = onClosed;
    this.rules = this.newRules(link);
    this.reader = new Reader(link, settings, this.rules);
    this.own = new OwnPartitions(metadata, settings, this.reader, link.options.logger);
    this.group =
      settings.group === undefined
        ? undefined
        : new GroupPartitions(link, settings.group, settings, this.reader);
  }

  /**
   * Message by message. A message is processed when the next one is asked for; leaving the loop leaves the message in
   * hand unprocessed (`message.commit()` says otherwise), and a later loop goes on after it. Ends after close(); throws
   * where going on is impossible: UNKNOWN_TOPIC, OFFSET_OUT_OF_RANGE, CORRUPT_BATCH, GROUP_KIND_MISMATCH and the like.
   */
  [Symbol.asyncIterator](): AsyncIterableIterator<ConsumerMessage<V>> {
    return this.read((onEnd) => new MessageIterator(this.reader.delivery, onEnd));
  }

  /** Batch by batch: neighbouring messages of one partition. A batch is processed when the next one is asked for. */
  batches(): AsyncIterableIterator<ConsumerBatch<V>> {
    const { maxBatchMessages } = this.settings;
    return this.read((onEnd) => new BatchIterator(this.reader.delivery, maxBatchMessages, onEnd));
  }

  /**
   * Calls handlers until close(). Rejects with a handler's error, the consumer being closed then: what was processed is
   * committed, the message it failed at comes again to whoever reads next.
   */
  async run(handlers: RunHandlers<V>): Promise<void> {
    const { maxBatchMessages, maxBufferedBytes, commit } = this.settings;
    const { group, rules } = this;
    const isEach = commit === 'each' && group !== undefined;
    const runner = newRunner(this.reader.delivery, rules, tracedHandlers(handlers, this.settings), {
      maxBatchMessages,
      maxBufferedBytes,
      afterEach: isEach ? (claim) => group.caughtUp(claim) : undefined,
    });
    this.begin(handlers);
    const ended = runner.run();
    this.running = { runner, ended };
    try {
      await ended;
    } finally {
      await this.close();
    }
  }

  /** The partitions read now. */
  get assignment(): readonly TopicPartition[] {
    return [...this.reader.claims].map(({ topic, partition }) => ({ topic, partition }));
  }

  /**
   * Commits offsets, or all that is processed. Throws FENCED_MEMBER_EPOCH where this consumer is no longer the member
   * it was, INVALID_REQUEST without a group.
   */
  async commit(offsets?: readonly TopicPartitionOffset[]): Promise<void> {
    const group = this.mustHaveGroup();
    if (offsets === undefined) await group.commitProcessed();
    else
      await Promise.all(
        partitionList('offsets', offsets).map((offset) => this.commitOne(group, offset)),
      );
  }

  /** Fetches and hands out nothing more of these partitions, or of all that are read now. */
  pause(partitions?: readonly TopicPartition[]): void {
    for (const claim of this.claimsOf(partitions)) claim.isPaused = true;
  }

  resume(partitions?: readonly TopicPartition[]): void {
    for (const claim of this.claimsOf(partitions)) {
      claim.isPaused = false;
      this.reader.offer(claim);
    }
    this.reader.fetcher.poke();
  }

  /** Those that are paused, of the partitions read now. */
  get paused(): readonly TopicPartition[] {
    const paused = [...this.reader.claims].filter(({ isPaused }) => isPaused);
    return paused.map(({ topic, partition }) => ({ topic, partition }));
  }

  /** Goes on at these offsets. Throws INVALID_REQUEST where a partition is not read now: then nothing has moved. */
  seek(to: TopicPartitionOffset | readonly TopicPartitionOffset[]): void {
    const places = partitionList('to', isOne(to) ? [to] : to);
    for (const { offset } of places) {
      if (Number.isSafeInteger(offset) && offset >= 0) continue;
      const text = `offset is an integer from 0, not ${String(offset)}.`;
      throw new MillraceError('INVALID_REQUEST', text, { field: 'offset', limit: '0' });
    }
    const claims = places.map((place) => this.mustRead(place));
    for (const [at, claim] of claims.entries()) {
      this.reader.seek(claim, (places[at] as TopicPartitionOffset).offset);
    }
  }

  /** Goes on at a place by its meaning, in these partitions, or in all that are read now. Throws as `seek` does. */
  async seekTo(where: SeekPlace, partitions?: readonly TopicPartition[]): Promise<void> {
    const claims =
      partitions === undefined
        ? this.claimsOf(undefined)
        : partitionList('partitions', partitions).map((partition) => this.mustRead(partition));
    await this.reader.seekTo(claims, seekPlace(where));
  }

  /** The next offset to process; undefined while it is not known, or where the partition is not read now. */
  position(partition: TopicPartition): number | undefined {
    const processed = this.reader.claims.find(partition)?.processed ?? -1;
    return processed < 0 ? undefined : processed;
  }

  /** What the group has committed of these partitions, or of those read now; those without an offset are left out. */
  async committed(partitions?: readonly TopicPartition[]): Promise<TopicPartitionOffset[]> {
    const group = this.mustHaveGroup();
    const asked = partitionList('partitions', partitions ?? this.assignment);
    const names = await Promise.all(
      asked.map(async ({ topic, partition }) => {
        const { topicId } = await this.metadata.get(topic);
        return { topic, topicId, partition };
      }),
    );
    return group.committed(names);
  }

  /** As of the last fetch; asks nobody. */
  lag(): PartitionLag[] {
    return [...this.reader.claims].map(lagOf);
  }

  /** Gauges and counts; asks nobody. */
  stats(): ConsumerStats {
    return statsOf(this.reader.claims, this.group);
  }

  /**
   * Finishes what handlers have in hand, commits where that is automatic, leaves the group. A loop ends at its next
   * step; the message it has in hand does not count as processed. Not to be awaited in a handler.
   */
  close(options: ConsumerCloseOptions = {}): Promise<void> {
    const keep = this.settings.instanceId !== null && options.leave !== true;
    this.closing ??= this.shut(options.timeoutMs ?? CLOSE_TIMEOUT_MS, keep);
    return this.closing;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  private read<T>(make: (onEnd: () => void) => T): T {
    const token = {};
    this.begin(token);
    return make(() => {
      if (this.reading === token) this.reading = undefined;
    });
  }

  private begin(token: object): void {
    if (this.closing !== undefined) throw new MillraceError('CLIENT_CLOSED');
    if (this.reading !== undefined) {
      const text = 'The consumer is being read already: one loop or one run() at a time.';
      throw new MillraceError('INVALID_REQUEST', text);
    }
    this.reading = token;
    if (this.isStarted) return;
    this.isStarted = true;
    if (this.group === undefined) void this.own.read();
    else this.group.start();
  }

  private newRules(link: Link): ChunkRules<V> {
    const { onDecodeError, commit, commitThreshold } = this.settings;
    const isWatched = commit === 'each' || commitThreshold !== null;
    const skip = (error: MillraceError, { topic, partition, offset }: ConsumerMessage<V>) =>
      link.options.logger.warn?.('message skipped', { topic, partition, offset, error });
    return {
      onUnreadable:
        onDecodeError === 'throw' ? undefined : onDecodeError === 'skip' ? skip : onDecodeError,
      commitThrough: (claim, nextOffset) => this.commitThrough(claim, nextOffset),
      onProcessed: isWatched ? (claim, count) => this.group?.processed(claim, count) : undefined,
    };
  }

  private async commitThrough(claim: Claim<V>, nextOffset: number): Promise<void> {
    const group = this.mustHaveGroup();
    if (claim.state !== 'gone') claim.processed = Math.max(claim.processed, nextOffset);
    await group.commit(claim, nextOffset);
  }

  private async commitOne(group: GroupPartitions<V>, to: TopicPartitionOffset): Promise<void> {
    const claim = this.reader.claims.find(to);
    if (claim !== undefined) {
      await group.commit(claim, to.offset, to.metadata);
      return;
    }
    const { topicId } = await this.metadata.get(to.topic);
    await group.commitOther({ ...to, topicId }, to.offset, to.metadata);
  }

  private mustHaveGroup(): GroupPartitions<V> {
    if (this.group !== undefined) return this.group;
    throw new MillraceError('INVALID_REQUEST', 'Offsets can be committed in a group only.');
  }

  private mustRead(at: TopicPartition): Claim<V> {
    const claim = this.reader.claims.find(at);
    if (claim !== undefined) return claim;
    throw new MillraceError('INVALID_REQUEST', `${at.topic}/${at.partition} is not read now.`);
  }

  private claimsOf(partitions: readonly TopicPartition[] | undefined): Claim<V>[] {
    if (partitions === undefined) return [...this.reader.claims];
    return partitionList('partitions', partitions)
      .map((partition) => this.reader.claims.find(partition))
      .filter((claim) => claim !== undefined);
  }

  private async shut(timeoutMs: number, keep: boolean): Promise<void> {
    const deadlineAt = performance.now() + timeoutMs;
    const leftMs = () => Math.max(0, deadlineAt - performance.now());
    this.reader.close();
    if (this.running !== undefined && !(await settledWithin(this.running.ended, leftMs()))) {
      this.running.runner.abort(new MillraceError('CLIENT_CLOSED', 'The consumer closes.'));
      await settledWithin(this.running.ended, ABORT_GRACE_MS);
    }
    if (this.isStarted) {
      await settledWithin(
        this.group?.close(leftMs(), keep) ?? Promise.resolve(),
        leftMs() + ABORT_GRACE_MS,
      );
    }
    this.onClosed();
  }
}

function isOne(
  to: TopicPartitionOffset | readonly TopicPartitionOffset[],
): to is TopicPartitionOffset {
  return !Array.isArray(to);
}
