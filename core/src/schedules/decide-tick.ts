// Carries out what is due of one schedule: its messages and the row with the next tick are written by one decision, so
// each tick has its message exactly once, over restarts too. [S-5]

import { MillraceError, partitionForKey } from '@millrace/protocol';
import { assert } from '../assert.ts';
import type { Topic } from '../catalog/catalog.ts';
import { type Accepted, accept, type Context, type Decision, type View } from '../decision.ts';
import { planAppend } from '../log/plan-append.ts';
import type { ScheduleRow } from '../queue-rows.ts';
import { put } from '../rows.ts';
import type { ShardState } from '../shard-state.ts';
import { utf8 } from '../share/utf8.ts';
import { type PlannedTicks, planTicks } from './plan-ticks.ts';
import { oversized, tickBatch, withoutKey } from './tick-batch.ts';
import { type CronTicks, ticksOf } from './ticks.ts';

export interface TickCommand {
  readonly scheduleId: number;
  readonly cronTicks: CronTicks;
  /** At most this many ticks are gone through. */
  readonly ticksMax: number;
}

export interface TickReply {
  /** Messages appended. */
  readonly sent: number;
}

export function decideTick(
  state: ShardState,
  _view: View,
  { scheduleId, cronTicks, ticksMax }: TickCommand,
  ctx: Context,
): Decision<TickReply> {
  const row = state.schedules.byId(scheduleId);
  const isDue = row !== undefined && row.nextAtMs !== null && row.nextAtMs <= ctx.nowMs;
  if (!isDue) return accept({ sent: 0 });
  const ticks = ticksOf(row, cronTicks);
  if (ticks instanceof MillraceError) {
    const stopped = { ...row, nextAtMs: null, behind: 0, error: ticks.message };
    return accept({ sent: 0 }, [put('schedules', [scheduleId], stopped)]);
  }
  const plan = planTicks(row, ticks, ctx.nowMs, ticksMax);
  const { behind, nextAtMs } = plan;
  assert(nextAtMs === null || nextAtMs > row.nextAtMs, 'a tick comes once');
  const moved = { ...row, behind, nextAtMs, missedTicks: row.missedTicks + plan.passed };
  if (plan.sent.length > 0) return carryOut(state, scheduleId, moved, plan, ctx);
  return accept({ sent: 0 }, [put('schedules', [scheduleId], moved)]);
}

function carryOut(
  state: ShardState,
  scheduleId: number,
  row: ScheduleRow,
  { sent }: PlannedTicks,
  ctx: Context,
): Accepted<TickReply> {
  const topic = state.catalog.topics.get(row.topicId);
  if (topic === undefined) {
    return passOver(scheduleId, row, sent, `Topic ${row.topic} was deleted.`);
  }
  const batch = tickBatch(row, sent);
  const error = withoutKey(row, topic) ?? oversized(batch, topic);
  if (error !== undefined) return passOver(scheduleId, row, sent, error);
  const partition = partitionOf(row, topic);
  const { writes } = planAppend(state, row.topicId, partition, batch, ctx);
  const done = {
    ...row,
    lastAtMs: sent.at(-1) ?? row.lastAtMs,
    sent: row.sent + sent.length,
    error: null,
  };
  return accept(
    { sent: sent.length },
    [...writes, put('schedules', [scheduleId], done)],
    [{ kind: 'appended', topicId: row.topicId, partition }],
  );
}

/** The ticks come to nothing; the schedule goes on and says why. [S-11] */
function passOver(
  scheduleId: number,
  row: ScheduleRow,
  sent: readonly number[],
  error: string,
): Accepted<TickReply> {
  const passed = { ...row, missedTicks: row.missedTicks + sent.length, error };
  return accept({ sent: 0 }, [put('schedules', [scheduleId], passed)]);
}

/** Of the key, or else of the name: what one schedule appends stays in order. [S-7] */
function partitionOf({ key, name }: ScheduleRow, { partitions }: Topic): number {
  return partitionForKey(key ?? utf8(name), partitions);
}
