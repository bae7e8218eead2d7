// When an idempotent producer needs a new epoch, and when it may begin: not before nothing is on its way and nothing is in
// doubt, because what is sent under a new epoch is appended whatever became of it under the old one.

import type { MillraceError } from '@millrace/protocol';
import type { Batch } from './batch.ts';
import type { Identity } from './identity.ts';
import type { Lane } from './lane.ts';

export interface EpochsOwner {
  /** How long the oldest batch can still wait, ms. */
  leftMs(): number;
  /** Batches can be sent again. */
  onEpoch(lanes: Iterable<Lane>): void;
  /** None can be sent: all that wait fail; or only those whose time is over, where it may be tried again. */
  onNoEpoch(error: MillraceError): void;
}

export class Epochs {
  private readonly identity: Identity;
  private readonly owner: EpochsOwner;
  private readonly waiting = new Set<Lane>();
  /** Batches that were sent and may have been appended. */
  private readonly doubtful = new Set<Batch>();
  private onTheWay = 0;
  private isWanted = false;
  private isAsking = false;
  private isClosed = false;

  constructor(identity: Identity, owner: EpochsOwner) {
    this.identity = identity;
    this.owner = owner;
  }

  close(): void {
    this.isClosed = true;
  }

  /** True: nothing of the lane can be sent before a new epoch begins. It is asked for as soon as that may be. */
  holdsUp(lane: Lane): boolean {
    if (this.identity.current !== undefined && !this.isAsking) {
      if (!this.isWanted || lane.isDoubtful) return false;
    }
    this.waiting.add(lane);
    this.ask();
    return true;
  }

  /** The batch was taken to be sent. */
  left(batch: Batch): void {
    this.onTheWay += 1;
    batch.isOutOfOrder = false;
  }

  number(batch: Batch, topicId: number): void {
    if (this.identity.current !== undefined)
      batch.lane.number(batch, this.identity.current, topicId);
  }

  /** The batch has its outcome or is to be sent again. */
  came(batch: Batch): void {
    this.onTheWay -= 1;
    if (batch.isSettled) this.doubtful.delete(batch);
    this.ask();
  }

  /** Nobody knows whether the batch was appended. */
  doubt(batch: Batch): void {
    batch.isDoubtful = true;
    batch.isAdrift = true;
    this.doubtful.add(batch);
  }

  /** True: the batch was not appended because the broker lacks one before it, or does not know the producer. */
  isLost(batch: Batch, { code }: MillraceError): boolean {
    if (code === 'OUT_OF_ORDER_SEQUENCE') {
      batch.isOutOfOrder = true;
      this.trust(batch);
      return true;
    }
    if (code !== 'UNKNOWN_PRODUCER') return false;
    this.isWanted = true;
    return !batch.isDoubtful;
  }

  /** The batch will not be sent again. */
  refused(batch: Batch, error: MillraceError): void {
    if (error.code === 'PRODUCER_FENCED') {
      this.identity.fenced = error;
      this.isWanted = true;
    } else if (error.code !== 'DUPLICATE_SEQUENCE' && !batch.isDoubtful) batch.lane.free(batch);
  }

  /** What came back of a lane is in front again. The first of it tells whether the sequence is lost. */
  resumed(lane: Lane, back: readonly Batch[]): void {
    const { hasGap } = lane;
    if (!hasGap && back[0]?.isOutOfOrder !== true) return;
    // The broker took none of what came behind a missing one. A late copy might fit where a sequence is used again.
    if (!hasGap || back.some(({ isAdrift }) => isAdrift)) this.isWanted = true;
    lane.closeGap(back);
    for (const batch of back) this.trust(batch);
    this.ask();
  }

  private trust(batch: Batch): void {
    batch.isDoubtful = false;
    this.doubtful.delete(batch);
  }

  private ask(): void {
    const isNeeded = this.isWanted || this.identity.current === undefined;
    if (!isNeeded || this.isAsking || this.isClosed || this.waiting.size === 0) return;
    for (const batch of this.doubtful) if (batch.isSettled) this.doubtful.delete(batch);
    if (this.identity.fenced !== undefined) {
      this.waiting.clear();
      this.owner.onNoEpoch(this.identity.fenced);
    } else if (this.onTheWay === 0 && this.doubtful.size === 0) void this.renew();
  }

  private async renew(): Promise<void> {
    this.isAsking = true;
    let failure: MillraceError | undefined;
    try {
      await this.identity.renew(this.owner.leftMs());
      this.isWanted = false;
    } catch (error) {
      failure = error as MillraceError;
    }
    this.isAsking = false;
    if (this.isClosed) return;
    const lanes = [...this.waiting];
    this.waiting.clear();
    if (failure !== undefined) this.owner.onNoEpoch(failure);
    this.owner.onEpoch(lanes);
  }
}
