// What is to be done about the ticks of a schedule that are due: which ones get their message, which are passed over,
// and when the next one comes. The policy for missed ticks is here and nowhere else.

import { LIMITS } from '@millrace/protocol';
import { assert } from '../assert.ts';
import type { ScheduleRow } from '../queue-rows.ts';
import type { Ticks } from './ticks.ts';

export interface PlannedTicks {
  /** Ticks that get their message, in order. */
  readonly sent: readonly number[];
  /** Ticks passed over by policy. */
  readonly passed: number;
  /** Missed ticks gone through since the schedule fell behind; 0 once it has caught up. */
  readonly behind: number;
  readonly nextAtMs: number | null;
}

/** Goes through at most `ticksMax` ticks: each costs calendar arithmetic. */
export function planTicks(
  row: Pick<ScheduleRow, 'missed' | 'behind' | 'nextAtMs'>,
  ticks: Ticks,
  nowMs: number,
  ticksMax: number,
): PlannedTicks {
  assert(row.nextAtMs !== null && row.nextAtMs <= nowMs && ticksMax > 0, 'a tick is due');
  /** What is older is missed; what is not was a little late, and gets its message under every policy. [S-8] */
  const onTimeMs = nowMs - LIMITS.scheduleLateMs;
  const sent: number[] = [];
  let { behind } = row;
  let passed = 0;
  let at: number | null = row.nextAtMs;
  for (let looked = 0; looked < ticksMax && at !== null && at <= nowMs; looked += 1) {
    if (at >= onTimeMs) {
      sent.push(at);
      behind = 0;
      at = ticks.after(at);
      continue;
    }
    const isLeap = behind >= LIMITS.scheduleMissedMax || canLeap(row, ticks);
    const last: number = isLeap ? newestMissed(at, ticks, onTimeMs) : at;
    const next = ticks.after(last);
    const isNewest = next === null || next >= onTimeMs;
    const gets = isLeap ? row.missed === 'one' : givesMessage(row, isNewest);
    const looks = isLeap ? (ticks.count?.(at, last) ?? 1) : 1;
    if (gets) sent.push(last);
    passed += looks - (gets ? 1 : 0);
    behind = isLeap ? 0 : behind + 1;
    at = next;
  }
  return { sent, passed, behind: at === null || at > nowMs ? 0 : behind, nextAtMs: at };
}

/** Where counting is cheap, nobody has to go through ticks that get no message. */
function canLeap({ missed }: Pick<ScheduleRow, 'missed'>, ticks: Ticks): boolean {
  return missed !== 'all' && ticks.count !== undefined;
}

function newestMissed(firstMs: number, ticks: Ticks, onTimeMs: number): number {
  return Math.max(firstMs, ticks.upTo(onTimeMs - 1) ?? firstMs);
}

/** [S-9] */
function givesMessage({ missed }: Pick<ScheduleRow, 'missed'>, isNewest: boolean): boolean {
  return missed === 'all' || (missed === 'one' && isNewest);
}
