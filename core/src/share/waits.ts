// The messages that wait, in one decision about one share partition: how many come and go, and the rows that find
// their runs by time and by lane. The runs themselves are written by the draft.

import { assert } from '../assert.ts';
import { put, type Write } from '../rows.ts';
import type { LaneDraft } from './lanes/lane-draft.ts';
import { isWaiting, laneAt, type Run, runLength } from './run.ts';
import type { ShareKey } from './share-scope.ts';

export interface Range {
  readonly first: number;
  readonly last: number;
}

export class Waits {
  readonly key: ShareKey;
  readonly lanes: LaneDraft | undefined;
  /** What is added to the counts of the partition's row. */
  scheduled = 0;
  parked = 0;

  constructor(key: ShareKey, lanes: LaneDraft | undefined) {
    this.key = key;
    this.lanes = lanes;
  }

  /** Messages of a run that waits do so no longer. */
  leave(run: Run, { first, last }: Range): void {
    const length = last - first + 1;
    const lane = laneAt(run, first);
    if (run.state === 'scheduled') {
      this.scheduled -= length;
      this.lanes?.unschedule(lane, first, length);
    } else {
      this.parked -= length;
      this.lanes?.unpark(lane, length);
    }
  }

  /** Nothing to do where the run does not wait. */
  enter(run: Run): void {
    if (!isWaiting(run.state)) return;
    const length = runLength(run);
    const lane = laneAt(run, run.first);
    if (run.state === 'scheduled') {
      this.scheduled += length;
      this.lanes?.schedule(lane, length);
    } else {
      this.parked += length;
      this.lanes?.park(lane, run.first, length);
    }
  }

  /** The rows that find the run by its time and by its lane. */
  indexes(run: Run, lanes: Uint8Array | null): Write[] {
    const { groupId, topicId, partition } = this.key;
    const indexes: Write[] = [];
    if (run.state === 'scheduled') {
      indexes.push(put('waitTimes', [run.untilMs, groupId, topicId, partition, run.first], 0));
    }
    if (!isWaiting(run.state) || this.lanes === undefined) return indexes;
    const lane = laneAt({ ...run, lanes }, run.first);
    assert(laneAt({ ...run, lanes }, run.last) === lane, 'what waits is of one lane a run');
    if (run.state === 'parked' || this.lanes.isOrdered(lane)) {
      indexes.push(put('waitLanes', [groupId, topicId, partition, lane, run.first], 0));
    }
    return indexes;
  }
}
