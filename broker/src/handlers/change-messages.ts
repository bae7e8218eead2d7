// ChangeMessages: each item is decided about in slices, with other traffic between; it is answered when all of them are
// durable.

import { type ChangeReply, checkChangeSize, decideChangeMessages } from '@millrace/core';
import { MillraceError, type RequestOf, type ResponseInput } from '@millrace/protocol';
import { topicRefusals } from '../access/topic-refusals.ts';
import type { Handler } from './handler.ts';
import type { Services } from './services.ts';
import { requireShareGroup } from './share-lookup.ts';

type Request = RequestOf<'ChangeMessages'>;
type Item = Request['items'][number];
type Outcome = ResponseInput<'ChangeMessages'>['results'][number]['outcomes'][number];

const ROWS_PER_SLICE = 250;

interface Slice {
  readonly outcomes: readonly Outcome[];
  /** Once its commit has ended: why nothing of the slice was done, or undefined. */
  readonly failure: Promise<MillraceError | undefined>;
  /** What was left of the item when the slice began. */
  readonly rest: Item;
}

export function createChangeMessagesHandler(services: Services): Handler<'ChangeMessages'> {
  const { shard, metrics } = services;

  function slice(groupId: number, { action, delayMs }: Request, item: Item): ChangeReply {
    const command = { groupId, ...item, action, delayMs, rowsMax: ROWS_PER_SLICE };
    const reply = shard.stage((state, view, context) =>
      decideChangeMessages(state, view, command, context),
    );
    metrics.deadLettered(groupId, reply.deadLettered);
    return reply;
  }

  /** Slices follow each other without waiting for the disk; each is told as what its own commit came to. */
  async function change(groupId: number, request: Request, item: Item): Promise<Outcome[]> {
    const slices: Slice[] = [];
    let firstOffset: number | null = item.firstOffset;
    while (firstOffset !== null) {
      if (slices.length > 0) await turn();
      await shard.whenRoom();
      const rest: Item = { ...item, firstOffset };
      const reply = attempt(() => slice(groupId, request, rest));
      if (reply instanceof MillraceError) {
        slices.push({ outcomes: [], failure: Promise.resolve(reply), rest });
        break;
      }
      slices.push({ outcomes: reply.outcomes, failure: failureOf(shard.durable()), rest });
      firstOffset = reply.nextOffset;
    }
    return told(slices);
  }

  return async (request, context) => {
    const refusals = topicRefusals(context, shard, 'ChangeMessages', 'read');
    const { groupId } = shard.peek((state) => requireShareGroup(state, request.group));
    const refused = checkChangeSize(request.items);
    if (refused !== undefined) throw refused.error;
    const results: { outcomes: Outcome[] }[] = [];
    for (const item of request.items) {
      const refusal = refusals?.of(item.topicId);
      const outcomes =
        refusal === undefined
          ? await change(groupId, request, item)
          : [refusedRange(item, refusal)];
      results.push({ outcomes });
    }
    return { results };
  };
}

function refusedRange({ firstOffset, lastOffset }: Item, { number }: MillraceError): Outcome {
  return { firstOffset, lastOffset, errorCode: number };
}

/** Where a slice fails, those before it stay done, and nothing after it is told as done. */
async function told(slices: readonly Slice[]): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  for (const { outcomes: said, failure, rest } of slices) {
    const error = await failure;
    if (error !== undefined) {
      append(outcomes, { ...rest, errorCode: error.number });
      return outcomes;
    }
    for (const outcome of said) append(outcomes, outcome);
  }
  return outcomes;
}

async function failureOf(flushed: Promise<void>): Promise<MillraceError | undefined> {
  try {
    await flushed;
    return undefined;
  } catch (error) {
    if (error instanceof MillraceError) return error;
    throw error;
  }
}

function attempt(change: () => ChangeReply): ChangeReply | MillraceError {
  try {
    return change();
  } catch (error) {
    if (error instanceof MillraceError) return error;
    throw error;
  }
}

/** Other requests get their turn. */
function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** Outcomes of one slice go on where those of the slice before ended. */
function append(outcomes: Outcome[], { firstOffset, lastOffset, errorCode }: Outcome): void {
  const last = outcomes.at(-1);
  if (last?.errorCode === errorCode && last.lastOffset + 1 === firstOffset) {
    outcomes[outcomes.length - 1] = { ...last, lastOffset };
  } else {
    outcomes.push({ firstOffset, lastOffset, errorCode });
  }
}
