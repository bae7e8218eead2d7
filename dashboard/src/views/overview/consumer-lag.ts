// How far consumer groups are behind: asked of the gateway group by group, a few at a time, of a bounded number.
import { call } from '../../api/call.ts';
import type { Problem } from '../../api/problem.ts';
import type { GroupLag } from '../../api/shapes.ts';

export const LAGS_MAX = 50;
const ASKED_AT_A_TIME = 4;

export interface ConsumerLag {
  readonly lags: readonly GroupLag[];
  /** Groups that were not asked about. */
  readonly others: number;
}

/** The largest first. */
export async function askConsumerLag(signal: AbortSignal): Promise<ConsumerLag> {
  const { groups } = await call('GET /groups', { query: { limit: 1_000 }, signal });
  const names = groups.filter(({ kind }) => kind === 'consumer').map(({ name }) => name);
  const asked = names.slice(0, LAGS_MAX);
  const lags: GroupLag[] = [];
  const queue = [...asked];
  const askOn = async () => {
    for (let group = queue.shift(); group !== undefined; group = queue.shift()) {
      const lag = await lagOf(group, signal);
      if (lag !== undefined) lags.push(lag);
    }
  };
  await Promise.all(Array.from({ length: ASKED_AT_A_TIME }, askOn));
  return {
    lags: lags.toSorted((a, b) => b.lag - a.lag || a.group.localeCompare(b.group)),
    others: names.length - asked.length,
  };
}

/** Undefined where the group has gone meanwhile, or is not for this reader. */
async function lagOf(group: string, signal: AbortSignal): Promise<GroupLag | undefined> {
  try {
    return await call('GET /groups/{group}/lag', { path: { group }, signal });
  } catch (error) {
    const { status } = error as Problem;
    if (status === 403 || status === 404) return undefined;
    throw error;
  }
}
