// The decisions that a transaction is made of, each with the field of the request that it comes from. They are those that
// the single APIs make: a transaction adds no rule to them.

import { errorName, NO_ERROR, type RequestOf, type ResponseOf } from '@millrace/protocol';
import { decideOffsetCommit } from '../consumer/decide-offset-commit.ts';
import type { Context, Decision, Refused, View } from '../decision.ts';
import { decideEndEffect } from '../effects/decide-end-effect.ts';
import { type AppendCommand, type AppendReply, decideAppend } from '../log/decide-append.ts';
import type { ShardState } from '../shard-state.ts';
import { type AcknowledgeReply, decideAcknowledge } from '../share/decide-acknowledge.ts';
import type { RecordSources } from '../share/record-source.ts';
import { findShareGroup } from '../share/share-scope.ts';
import { batchRefusalOf, conflict, refusalOf } from './fault.ts';
import { inOrder, type PlacedItem } from './order-items.ts';

type Request = RequestOf<'Transact'>;
export type Decide<R> = (state: ShardState, view: View, ctx: Context) => Decision<R>;

export interface Stage<R> {
  readonly decide: Decide<R>;
  /** Why the decision does not do what the transaction asks for. */
  readonly faultOf: (decision: Decision<R>) => Refused | undefined;
}

/** To be carried out in this order. */
export interface Stages {
  readonly acknowledgements: readonly Stage<AcknowledgeReply>[];
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
      acknowledgementStage(placed, sources),
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
  { group, item, part, at }: PlacedItem,
  sources: RecordSources,
): Stage<AcknowledgeReply> {
  const acknowledgements = `acknowledgements[${part}]`;
  const field = `${acknowledgements}.items[${at}]`;
  return {
    decide: (state, view, ctx) => {
      const found = findShareGroup(state, group);
      if ('error' in found) return found;
      const { groupId } = found;
      return decideAcknowledge(state, view, { groupId, ...item, sources }, ctx);
    },
    faultOf: (decision) => {
      if (decision.error) return refusalOf(field, `${acknowledgements}.group`, decision.error);
      const bad = decision.reply.outcomes.find(({ errorCode }) => errorCode !== NO_ERROR);
      return bad && outcomeConflict(field, bad.errorCode, `offsets ${rangeText(bad)}.`);
    },
  };
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
