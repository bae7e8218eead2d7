// Where a reset moves a group, partition by partition, and what it has to read from there. Plans only.

import type { Admin } from '@millrace/client';
import type { Context } from '../../context.ts';
import { usage } from '../../errors/cli-error.ts';
import type { PlacedOffset } from './offsets-file.ts';

export interface Move {
  readonly topic: string;
  readonly partition: number;
  /** Null where nothing was committed. */
  readonly from: number | null;
  readonly to: number;
  /** Records from there to the end. */
  readonly lag: number;
  readonly metadata?: string | null | undefined;
}

/** To offsets that are named one by one; each within what its partition has. */
export async function movesToOffsets(
  { signal }: Context,
  admin: Admin,
  group: string,
  wanted: readonly PlacedOffset[],
): Promise<readonly Move[]> {
  checkOnce(wanted);
  const committed = await admin.groupOffsets(group, { signal });
  const ask = async (at: 'earliest' | 'latest') =>
    admin.listOffsets(
      wanted.map(({ topic, partition }) => ({ topic, partition, at })),
      { signal },
    );
  const [starts, ends] = await Promise.all([ask('earliest'), ask('latest')]);
  return wanted.map(({ topic, partition, offset, metadata }, at) => {
    const end = ends[at]?.offset ?? 0;
    const to = Math.min(end, Math.max(starts[at]?.offset ?? 0, offset));
    const own = committed.find((each) => each.topic === topic && each.partition === partition);
    return { topic, partition, from: own?.offset ?? null, to, lag: end - to, metadata };
  });
}

/** Two offsets of one partition: which is meant? */
function checkOnce(wanted: readonly PlacedOffset[]): void {
  const seen = new Set<string>();
  for (const { topic, partition } of wanted) {
    const place = `${topic}/${partition}`;
    if (seen.has(place)) throw usage(`${place} is named twice`);
    seen.add(place);
  }
}
