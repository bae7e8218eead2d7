// Messages of a partition that are in one state, a page at a time, from the rows of that state. A page may come with
// fewer ranges than asked for, and tells where to go on: how much one look walks over is bounded. It changes nothing.

import { LIMITS, type RequestOf, type ResponseOf } from '@millrace/protocol';
import { accept, type Decision, refuse, type View } from '../decision.ts';
import type { ShardState } from '../shard-state.ts';
import { nextAhead } from './ahead.ts';
import { isWaiting, type Run } from './run.ts';
import { ShareRuns } from './share-runs.ts';
import { findShare, findShareGroup, type ShareScope } from './share-scope.ts';
import { deadRanges, plainRange, runRange, type StateRange } from './state-ranges.ts';

type Request = RequestOf<'ListMessages'>;

/** Refused where a name is unknown. [L-56] */
export function listMessages(
  state: ShardState,
  view: View,
  request: Request,
): Decision<Omit<ResponseOf<'ListMessages'>, 'throttleMs'>> {
  const topic = state.catalog.topicByName(request.topic);
  if (topic === undefined) {
    return refuse('UNKNOWN_TOPIC', `No topic is named ${request.topic}.`, { field: 'topic' });
  }
  const { topicId } = topic;
  const group = findShareGroup(state, request.group);
  if ('error' in group) return group;
  const { groupId } = group;
  const scope = findShare(state, { groupId, topicId, partition: request.partition });
  if (scope.error !== undefined) return scope;
  const from = Math.max(request.fromOffset, scope.low, scope.share.floor);
  const ranges: StateRange[] = [];
  let looks: number = LIMITS.receiveScanMax;
  for (const found of looksAt(scope, view, request.state, from)) {
    if (ranges.length === request.maxRanges || looks === 0) {
      const nextOffset = found instanceof Passed ? found.offset : found.firstOffset;
      return accept({ topicId, ranges, nextOffset });
    }
    looks -= 1;
    if (!(found instanceof Passed)) ranges.push(found);
  }
  return accept({ topicId, ranges, nextOffset: null });
}

/** Something of another state that had to be looked at, from this offset on. */
class Passed {
  readonly offset: number;

  constructor(offset: number) {
    this.offset = offset;
  }
}

type Looks = Generator<StateRange | Passed>;

function looksAt(scope: ShareScope, view: View, state: Request['state'], from: number): Looks {
  const { key, log, share } = scope;
  if (state === 'fresh') return freshFrom(scope, view, Math.max(from, share.cursor));
  if (state === 'dead') return deadFrom(deadRanges(view, key, from, log.durableEnd));
  if (state === 'acknowledged') return acknowledgedFrom(scope, view, from);
  return inState(scope, view, runsFor(scope, view, state, from), state, from);
}

/** All that are in the state, and as few others as can be told apart without reading them. */
function runsFor(
  { share }: ShareScope,
  view: View,
  state: Run['state'],
  from: number,
): Iterable<Run> {
  if (share.count(state) === 0) return [];
  if (isWaiting(state)) return new ShareRuns(share, view).waitingFrom(from);
  return state === 'ready' ? share.readyFrom(from) : share.runsFrom(from);
}

function* inState(
  scope: ShareScope,
  view: View,
  runs: Iterable<Run>,
  state: Run['state'],
  from: number,
): Looks {
  for (const run of runs) {
    const first = Math.max(run.first, from);
    yield run.state === state ? runRange(scope, view, run, first, run.last) : new Passed(first);
  }
}

function* deadFrom(ranges: Iterable<StateRange>): Looks {
  for (const range of ranges) {
    yield range.state === 'dead' ? range : new Passed(range.firstOffset);
  }
}

/** From the cursor on, but for what was decided about already. */
function* freshFrom({ key, log, share }: ShareScope, view: View, from: number): Looks {
  for (let next = from; next < log.durableEnd; ) {
    const ahead = share.ahead > 0 ? nextAhead(view, key, next) : undefined;
    const end = Math.min(ahead?.first ?? log.durableEnd, log.durableEnd);
    if (end > next) yield plainRange(next, end - 1, 'fresh');
    else yield new Passed(next);
    next = ahead === undefined ? log.durableEnd : ahead.last + 1;
  }
}

/** Below the cursor, what is in no run and not dead, both walked side by side; from it on, what was finished before. */
function* acknowledgedFrom(scope: ShareScope, view: View, from: number): Looks {
  const { cursor } = scope.share;
  const runs = new ShareRuns(scope.share, view).runsFrom(from);
  const deaths = deathsIn(deadRanges(view, scope.key, from, cursor));
  let run = runs.next().value;
  let dead = deaths.next().value;
  let next = from;
  while (next < cursor) {
    const isRun = run !== undefined && (dead === undefined || run.first < dead.firstOffset);
    const first = isRun ? run?.first : dead?.firstOffset;
    const last = isRun ? run?.last : dead?.lastOffset;
    const end = Math.min(first ?? cursor, cursor);
    if (end > next) yield plainRange(next, end - 1, 'acknowledged');
    else yield new Passed(next);
    if (first === undefined || last === undefined) break;
    next = last + 1;
    if (isRun) run = runs.next().value;
    else dead = deaths.next().value;
  }
  if (scope.share.ahead === 0) return;
  const { durableEnd } = scope.log;
  for (const range of deadRanges(view, scope.key, Math.max(from, cursor), durableEnd)) {
    yield range.state === 'acknowledged' ? range : new Passed(range.firstOffset);
  }
}

function* deathsIn(ranges: Iterable<StateRange>): Generator<StateRange, undefined> {
  for (const range of ranges) if (range.state === 'dead') yield range;
  return undefined;
}
