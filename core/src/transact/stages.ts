// The decisions that a transaction is made of, each with the field of the request that it comes from. They are those that
// the single APIs make: a transaction adds no rule to them.

import { errorName, LIMITS, NO_ERROR, type RequestOf, type ResponseOf } from '@millrace/protocol';
import { decideOffsetCommit } from '../consumer/decide-offset-commit.ts';
import { type Context, type Decision, type Refused, refuse, type View } from '../decision.ts';
import { decideEndEffect } from '../effects/decide-end-effect.ts';
import { type AppendCommand, type AppendReply, decideAppend } from '../log/decide-append.ts';
import type { ShardState } from '../shard-state.ts';
import { decideAcknowledge } from '../share/decide-acknowledge.ts';
import { COPIES_MAX, decideChangeMessages } from '../share/decide-change-messages.ts';
import type { RangeOutcome } from '../share/outcomes.ts';
import type { RecordSources } from '../share/record-source.ts';
import { batchRefusalOf, changeRefusalOf, conflict, refusalOf } from './fault.ts';
import { inOrder, type PlacedItem } from './order-items.ts';

type Request = RequestOf<'Transact'>;
type Change = NonNullable<Request['changes']>[number];
/** More than a hundred messages can be runs and rows: each decision comes to its end. */
const ROWS_MAX = 10 * COPIES_MAX;
export type Decide<R> = (state: ShardState, view: View, ctx: Context) => Decision<R>;

export interface Stage<R> {
  readonly decide: Decide<R>;
  /** Why the decision does not do what the transaction asks for. */
  readonly faultOf: (decision: Decision<R>) => Refused | undefined;
}

/** Of an acknowledgement and of a change. */
export interface ShareReply {
  readonly outcomes: readonly RangeOutcome[];
  readonly deadLettered: number;
  /** Null or absent: all is done. */
  readonly nextOffset?: number | null;
}

/** Of one share group. */
export interface ShareStage extends Stage<ShareReply> {
  readonly groupId: number;
  /** The part of the request: `acknowledgements`. */
  readonly part: 'acknowledgements' | 'changes';
}

/** To be carried out in this order. */
export interface Stages {
  readonly acknowledgements: readonly ShareStage[];
  readonly changes: readonly ShareStage[];
  readonly offsets: readonly Stage<ResponseOf<'OffsetCommit'>>[];
  readonly effects: readonly Stage<void>[];
  readonly batches: readonly Stage<AppendReply>[];
}

/** The batches were validated. */
export function stagesOf(
  state: ShardState,
  request: Request,
  batches: readonly AppendCommand[],
  sources: RecordSources,
): Stages {
  return {
    acknowledgements: inOrder(state, request.acknowledgements).map((placed) =>
      acknowledgementStage(state, placed, sources),
    ),
    changes: (request.changes ?? []).flatMap((change, at) =>
      changeStages(state, change, `changes[${at}]`, sources),
    ),
    offsets: request.offsets.map((command, part) => offsetsStage(command, `offsets[${part}]`)),
    effects: request.effects.map((command, part) => ({
      decide: (now, view, ctx) => decideEndEffect(now, view, command, ctx),
      faultOf: ({ error }) =>
        error && refusalOf(`effects[${part}]`, `effects[${part}].group`, error),
    })),
    batches: batches.map((command, part) => ({
      decide: (now, view, ctx) => decideAppend(now, view, command, ctx),
      faultOf: ({ error }) => error && batchRefusalOf(`batches[${part}]`, error),
    })),
  };
}

function acknowledgementStage(
  state: ShardState,
  { group, item, part, at }: PlacedItem,
  sources: RecordSources,
): ShareStage {
  const acknowledgements = `acknowledgements[${part}]`;
  const field = `${acknowledgements}.items[${at}]`;
  const groupId = groupIdOf(state, group);
  return {
    groupId,
    part: 'acknowledgements',
    decide: (now, view, ctx) => decideAcknowledge(now, view, { groupId, ...item, sources }, ctx),
    faultOf: (decision) => {
      if (decision.error) return refusalOf(field, `${acknowledgements}.group`, decision.error);
      const bad = decision.reply.outcomes.find(({ errorCode }) => errorCode !== NO_ERROR);
      return bad && outcomeConflict(field, bad.errorCode, `offsets ${rangeText(bad)}.`);
    },
  };
}

/** Whoever plans has refused names that are unknown; 0 is no group's id. */
function groupIdOf({ catalog }: ShardState, group: string): number {
  return catalog.groupByName(group)?.groupId ?? 0;
}

/** One decision copies so many at most: a longer range is several. They are about different messages. */
function changeStages(
  state: ShardState,
  { group, ...change }: Change,
  field: string,
  sources: RecordSources,
): ShareStage[] {
  const groupId = groupIdOf(state, group);
  const stages: ShareStage[] = [];
  let { firstOffset } = change;
  do {
    const lastOffset = Math.min(change.lastOffset, firstOffset + COPIES_MAX - 1);
    const range = { firstOffset, lastOffset };
    const command = { groupId, ...change, ...range, delayMs: null, rowsMax: ROWS_MAX, sources };
    stages.push({
      groupId,
      part: 'changes',
      decide: (now, view, ctx) => decideChangeMessages(now, view, command, ctx),
      faultOf: (decision) => changeFault(decision, field),
    });
    firstOffset = lastOffset + 1;
  } while (firstOffset <= change.lastOffset);
  return stages;
}

function changeFault(decision: Decision<ShareReply>, field: string): Refused | undefined {
  if (decision.error !== undefined) return changeRefusalOf(field, decision.error);
  const { outcomes, nextOffset } = decision.reply;
  const bad = outcomes.find(({ errorCode }) => errorCode !== NO_ERROR);
  if (bad !== undefined) {
    const code = errorName(bad.errorCode) ?? 'INVALID_REQUEST';
    return refuse(code, `${code} in ${field}: offsets ${rangeText(bad)}.`, { field });
  }
  if (nextOffset === null) return undefined;
  const message = 'The dead letters of the transaction are too large for one commit.';
  const limit = `${LIMITS.batchBytesMax} bytes`;
  return refuse('LIMIT_EXCEEDED', message, { field, limit });
}

function rangeText(range: { readonly firstOffset: number; readonly lastOffset: number }): string {
  return `${range.firstOffset} to ${range.lastOffset}`;
}

function offsetsStage(
  command: Request['offsets'][number],
  part: string,
): Stage<ResponseOf<'OffsetCommit'>> {
  return {
    decide: (state, view, ctx) => decideOffsetCommit(state, view, command, ctx),
    faultOf: (decision) => {
      if (decision.error) return refusalOf(part, `${part}.group`, decision.error);
      const { results } = decision.reply;
      const bad = results.findIndex(({ errorCode }) => errorCode !== NO_ERROR);
      const result = results[bad];
      const text = result?.errorMessage ?? '';
      return result && outcomeConflict(`${part}.offsets[${bad}]`, result.errorCode, text);
    },
  };
}

function outcomeConflict(field: string, errorCode: number, text: string): Refused {
  return conflict(field, errorName(errorCode) ?? 'INVALID_REQUEST', text);
}
