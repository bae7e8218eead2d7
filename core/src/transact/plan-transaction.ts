// Transact: appended batches, acknowledgements, offsets and effects, all or nothing. First every part is decided and the
// decision thrown away: if one of them is not what was asked for, nothing is done. Then all of them are carried out in
// one turn, which is one commit, and the outcome is kept in it under the transaction's id.

import { LIMITS, type RequestOf } from '@millrace/protocol';
import { assert } from '../assert.ts';
import {
  accept,
  type Context,
  type Decision,
  type Refused,
  refuse,
  type View,
} from '../decision.ts';
import type { MetIds } from '../dedup/find-duplicates.ts';
import type { AppendCommand, OffsetsAhead } from '../log/decide-append.ts';
import { partitionKey } from '../log/logs.ts';
import type { Write } from '../rows.ts';
import type { ShardState } from '../shard-state.ts';
import { RecordSources } from '../share/record-source.ts';
import { findShareGroup } from '../share/share-scope.ts';
import { checkRequest } from './check-request.ts';
import { conflict, refusalOf } from './fault.ts';
import { fingerprintOf } from './fingerprint.ts';
import { type BatchOutcome, findOutcome, keepOutcome, type TransactReply } from './outcome.ts';
import { type Decide, type Stage, type Stages, stagesOf } from './stages.ts';

type Request = RequestOf<'Transact'>;

export interface TransactCommand {
  readonly request: Request;
  /** Those of the request, validated as for Produce. */
  readonly batches: readonly AppendCommand[];
  /** Who sends it; absent: nobody was asked who they are. */
  readonly user?: string | undefined;
}

/** It was carried out before, or it can be carried out in this turn. */
export type PlannedTransaction =
  | { readonly repeated: TransactReply }
  | { readonly repeated: null; readonly carryOut: CarryOut };

/** Applies a decision; none of a planned transaction is refused. */
export type StageDecision = <R>(decide: Decide<R>) => R;
export type CarryOut = (stage: StageDecision) => CarriedOut;

export interface CarriedOut {
  readonly reply: TransactReply;
  /** Messages copied to a dead-letter topic, by share group. */
  readonly deadLettered: ReadonlyMap<number, number>;
  /** Records that were appended, and the bytes they came in. */
  readonly records: number;
  readonly bytes: number;
}

/** Writes nothing. What it says holds until something else is carried out: use it in the same turn. [L-99] */
export function planTransaction(
  state: ShardState,
  view: View,
  { request, batches, user }: TransactCommand,
  ctx: Context,
): Decision<PlannedTransaction> {
  const unfit = checkRequest(request) ?? tooManyRecords(batches) ?? ofProducer(batches);
  if (unfit !== undefined) return unfit;
  const fingerprint = fingerprintOf(request);
  const name = { transactionId: request.transactionId, user };
  const outcome = findOutcome(view, name, fingerprint, ctx);
  if (outcome !== undefined && 'error' in outcome) return outcome;
  if (outcome !== undefined) return accept({ repeated: outcome });
  const sources = new RecordSources();
  const met: MetIds = new Map();
  const ahead: OffsetsAhead = new Map();
  const tried = batches.map((batch) => ({ ...batch, met, ahead }));
  const trial = stagesOf(state, request, tried, sources);
  const unknown = unknownGroup(state, request) ?? tooManyGroups(state, request);
  const refused = unknown ?? tryAll(state, view, { trial, tried, sources }, ctx);
  if (refused !== undefined) return refused;
  const stages = stagesOf(state, request, batches, sources);
  return accept({
    repeated: null,
    carryOut: (stage) => {
      const { outcomes, ...sizes } = carryOut(stages, stage, ctx);
      const reply = { repeated: false, batches: [...outcomes] };
      stage(() => accept(undefined, keepOutcome(name, fingerprint, outcomes, ctx)));
      return { reply, ...sizes };
    },
  });
}

/** All of them are appended in one turn, and the reply may name each record. */
function tooManyRecords(batches: readonly AppendCommand[]): Refused | undefined {
  const records = batches.reduce((sum, { header }) => sum + header.count, 0);
  if (records <= LIMITS.batchRecordsMax) return undefined;
  const limit = `${LIMITS.batchRecordsMax} records`;
  const message = `The batches have ${records} records; in a transaction they have at most ${limit}.`;
  return refuse('LIMIT_EXCEEDED', message, { field: 'batches', limit });
}

/** The transaction's own id is what makes it happen once. [G-61] */
function ofProducer(batches: readonly AppendCommand[]): Refused | undefined {
  const part = batches.findIndex(({ header }) => header.producerId >= 0);
  if (part < 0) return undefined;
  const message = 'A batch of a transaction names no producer: the transaction has an id.';
  return refuse('INVALID_REQUEST', message, { field: `batches[${part}]` });
}

/** Also of a part without items, which no decision is made about. [L-101] */
function unknownGroup(state: ShardState, request: Request): Refused | undefined {
  for (const part of ['acknowledgements', 'changes'] as const) {
    for (const [at, { group }] of (request[part] ?? []).entries()) {
      const found = findShareGroup(state, group);
      if (!('error' in found)) continue;
      const field = `${part}[${at}]`;
      return refusalOf(field, `${field}.group`, found.error);
    }
  }
  return undefined;
}

/** Groups that offsets would make, one by one, have to fit all together. */
function tooManyGroups({ catalog }: ShardState, { offsets }: Request): Refused | undefined {
  const names = offsets.map(({ group }) => group).filter((name) => !catalog.groupIds.has(name));
  if (catalog.groups.size + new Set(names).size <= LIMITS.groupsMax) return undefined;
  const limit = `${LIMITS.groupsMax} groups`;
  return refuse('LIMIT_EXCEEDED', `The broker holds at most ${limit}.`, {
    field: 'offsets',
    limit,
  });
}

interface Trial {
  readonly trial: Stages;
  readonly tried: readonly AppendCommand[];
  readonly sources: RecordSources;
}

/**
 * Each part alone, on the state as it is: they are about different things, but for dedup ids that batches share, and
 * offsets that they take.
 */
function tryAll(
  state: ShardState,
  view: View,
  { trial: stages, tried, sources }: Trial,
  ctx: Context,
): Refused | undefined {
  let copied = 0;
  const copiedTo = new Set<number>();
  for (const { part: field, decide, faultOf } of [...stages.acknowledgements, ...stages.changes]) {
    const decision = decide(state, view, ctx);
    const fault = faultOf(decision);
    if (fault !== undefined) return fault;
    if (decision.error === undefined) copied += bytesAppended(decision.writes, copiedTo);
    if (copied <= LIMITS.batchBytesMax && !sources.isFull) continue;
    const message = 'The dead letters of the transaction are too large for one commit.';
    const limit = `${LIMITS.batchBytesMax} bytes`;
    return refuse('LIMIT_EXCEEDED', message, { field, limit });
  }
  return (
    firstFault(state, view, stages.offsets, ctx) ??
    firstFault(state, view, stages.effects, ctx) ??
    behindLetters(tried, copiedTo) ??
    firstFault(state, view, stages.batches, ctx)
  );
}

function bytesAppended(writes: readonly Write[], places: Set<number>): number {
  let bytes = 0;
  for (const { table, key, value } of writes) {
    if (table !== 'batches') continue;
    bytes += value?.byteLength ?? 0;
    places.add(partitionKey(key[0], key[1]));
  }
  return bytes;
}

/** Dead letters go first: where they go, nobody can know the end that a batch will find. [G-61] */
function behindLetters(
  batches: readonly AppendCommand[],
  copiedTo: ReadonlySet<number>,
): Refused | undefined {
  const part = batches.findIndex(({ expectedOffset, topicId, partition }) => {
    const isConditional = expectedOffset !== undefined && expectedOffset !== null;
    return isConditional && copiedTo.has(partitionKey(topicId, partition));
  });
  if (part < 0) return undefined;
  const text = 'dead letters of the same transaction go to its partition.';
  return conflict(`batches[${part}]`, 'OFFSET_MISMATCH', text);
}

function firstFault<R>(
  state: ShardState,
  view: View,
  stages: readonly Stage<R>[],
  ctx: Context,
): Refused | undefined {
  for (const { decide, faultOf } of stages) {
    const fault = faultOf(decide(state, view, ctx));
    if (fault !== undefined) return fault;
  }
  return undefined;
}

function carryOut(
  stages: Stages,
  stage: StageDecision,
  ctx: Context,
): Omit<CarriedOut, 'reply'> & { readonly outcomes: readonly BatchOutcome[] } {
  const deadLettered = new Map<number, number>();
  for (const one of [...stages.acknowledgements, ...stages.changes]) {
    const { deadLettered: count } = stage(surely(one, ctx));
    if (count > 0) deadLettered.set(one.groupId, (deadLettered.get(one.groupId) ?? 0) + count);
  }
  for (const one of stages.offsets) stage(surely(one, ctx));
  for (const one of stages.effects) stage(surely(one, ctx));
  let records = 0;
  let bytes = 0;
  const outcomes = stages.batches.map((one): BatchOutcome => {
    const appended = stage(surely(one, ctx));
    records += appended.records;
    bytes += appended.bytes;
    const { baseOffset, appendTimeMs, duplicates } = appended;
    return { baseOffset, appendTimeMs, duplicates: duplicates && [...duplicates] };
  });
  return { deadLettered, records, bytes, outcomes };
}

/**
 * A fault here would leave a half: the turn must not come to its commit. The time is that of the plan, so that nothing
 * has ended since.
 */
function surely<R>({ decide, faultOf }: Stage<R>, ctx: Context): Decide<R> {
  return (state, view) => {
    const decision = decide(state, view, ctx);
    assert(faultOf(decision) === undefined, 'what could be done a moment ago can be done');
    return decision;
  };
}
