// A receive in a group with lanes: parked messages in turn, fresh ones whose lane is free, then what is left of the
// parked ones. There are no ready runs in such groups.

import type { LeasingReady } from '../lease-ready.ts';
import { RUN_COST, takeFresh } from '../take-fresh.ts';
import type { Stretch } from '../take-stretches.ts';
import { FreshLanes } from './fresh-lanes.ts';
import type { LaneCache } from './lane-cache.ts';
import type { LaneDraft } from './lane-draft.ts';
import { leaseInLine } from './lease-in-line.ts';
import { LeaseInTurn } from './lease-in-turn.ts';
import { LoadAhead, TenantLoad } from './tenant-load.ts';

/** True: there may be more to give than this decision had time to look at. */
export function leaseByLane(leasing: LeasingReady, lanes: LaneDraft, cache: LaneCache): boolean {
  if (lanes.table.kind === 'fifo') return leaseInLine(leasing, lanes, cache);
  const { ending, scan, batches, budget, leases, leasedRun } = leasing;
  const { scope, draft } = ending;
  const load = new LoadAhead(scope.share.load ?? new TenantLoad());
  const turns = new LeaseInTurn(leasing, lanes, load);
  const leftOf = (lane: number) => turns.leftOf(lane);
  const freshLanes = new FreshLanes({ key: scope.key, cache, lanes, load, leftOf });
  const lease = (stretch: Stretch) => {
    const column = freshLanes.column(batches, stretch.first, stretch.last);
    const { first, last, batches: sent } = stretch;
    leasing.lease({ first, last, batches: sent, lanes: column });
  };
  turns.beforeFresh(draft.cursor < scope.log.durableEnd);
  const beside = { ending, scan, batches, budget, leases, leasedRun, lease, freshLanes };
  const moreFresh = !budget.isSpent && takeFreshBeside(turns, beside);
  const moreParked = turns.afterFresh();
  // What was parked just now for a noisy tenant can be given next time.
  const isWaiting = lanes.table.kind === 'tenant' && freshLanes.hasHeld && !budget.isSpent;
  return moreFresh || moreParked || isWaiting;
}

/**
 * Where keys enough wait for their turn to fill the receive, the cursor passes less than is given: otherwise, once members
 * hold messages of most keys, all that is fresh would be parked, one by one, and never be given at once again. [L-61]
 */
function takeFreshBeside(turns: LeaseInTurn, taking: LeasingReady): boolean {
  const { scan, budget } = taking;
  if (!turns.canFill) return takeFresh(taking);
  const left = Math.min(scan.left, Math.ceil((budget.messagesMax * RUN_COST) / 2));
  const part = { left };
  const more = takeFresh({ ...taking, scan: part });
  scan.left -= left - part.left;
  return more;
}
