// What a chunk and an open partition have in common: messages of one partition in somebody's hand, who hears when the
// partition is lost. It hands nothing out.

import type { MillraceError } from '@millrace/protocol';
import type { Codec } from '../codecs.ts';
import type { MessageSource } from '../message.ts';
import type { ChunkRules, ConsumerMessage } from './chunk.ts';
import type { Claim } from './claim.ts';

export abstract class InHand<V> implements MessageSource<V> {
  readonly claim: Claim<V>;
  protected readonly rules: ChunkRules<V>;
  private readonly version: number;
  private controller: AbortController | undefined;

  constructor(claim: Claim<V>, rules: ChunkRules<V>) {
    this.claim = claim;
    this.rules = rules;
    this.version = claim.version;
    claim.isBusy = true;
    claim.onLost = (reason) => this.lost(reason);
  }

  get topic(): string {
    return this.claim.topic;
  }

  get topicId(): number {
    return this.claim.topicId;
  }

  get partition(): number {
    return this.claim.partition;
  }

  get codec(): Codec<V> {
    return this.claim.codec;
  }

  /** For handlers: aborted when the partition is lost. */
  get signal(): AbortSignal {
    this.controller ??= new AbortController();
    return this.controller.signal;
  }

  abort(reason: Error): void {
    this.controller ??= new AbortController();
    this.controller.abort(reason);
  }

  protected lost(reason: Error): void {
    this.abort(reason);
  }

  /** The partition was sought or lost since: what is in hand says nothing of where it is read now. */
  protected get isOutdated(): boolean {
    return this.version !== this.claim.version;
  }

  /** All before `next` is processed. */
  protected processedTo(next: number): void {
    const { claim } = this;
    const count = next - claim.processed;
    if (count <= 0 || this.isOutdated) return;
    claim.processed = next;
    this.rules.onProcessed?.(claim, count);
  }

  /** The last `unread` records that were taken go back; others may take the partition. */
  protected letGo(unread: number): void {
    const { claim } = this;
    if (!this.isOutdated) claim.untake(unread);
    claim.settle();
    claim.isBusy = false;
    claim.onLost = undefined;
    claim.becameIdle.ring();
  }

  protected isReadable(message: ConsumerMessage<V>): boolean {
    const { onUnreadable } = this.rules;
    if (onUnreadable === undefined) return true;
    try {
      // Decodes it; the message keeps the value.
      void message.value;
      return true;
    } catch (error) {
      onUnreadable(error as MillraceError, message);
      return false;
    }
  }
}
