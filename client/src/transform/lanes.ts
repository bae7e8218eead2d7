// The lanes of a transformer, one for each time of holding a partition, and where the consumer's offsets go: an offset is
// committed in the transaction of what was made of the records before it, never alone beside it.

import { MillraceError } from '@millrace/protocol';
import type { Holder, Offset, OffsetSink } from '../consumer/commits.ts';
import { Lane, type LaneSource } from './lane.ts';

export class Lanes implements OffsetSink {
  private readonly source: LaneSource;
  private readonly byHolder = new WeakMap<Holder, Lane>();
  private made = 0;

  constructor(source: LaneSource) {
    this.source = source;
  }

  of(holder: Holder): Lane {
    const found = this.byHolder.get(holder);
    if (found !== undefined) return found;
    this.made += 1;
    const lane = new Lane(this.source, holder, this.made);
    this.byHolder.set(holder, lane);
    return lane;
  }

  /** Resolves once all before the offset is committed, with what was made of it. */
  async commit({ offset }: Offset, holder?: Holder): Promise<void> {
    if (holder === undefined || offset > this.of(holder).inHand) {
      const text = 'A transformer commits its inputs itself, with what was made of them.';
      throw new MillraceError('INVALID_REQUEST', text);
    }
    await this.of(holder).settle(offset);
  }
}
