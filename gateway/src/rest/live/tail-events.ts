// What a tail finds, as events in portions: each message with the position after it.

import type { Client } from '@millrace/client';
import type { LiveEvent } from './live-event.ts';
import type { LiveLimits } from './live-limits.ts';
import { formatPosition, positionsWithin } from './position.ts';
import { type TailPlan, type TailStep, tail } from './tail.ts';
import { tailedText } from './tailed-message.ts';

/** Begins with the position at which it stands. Ends by throwing, as `tail` does. */
export async function* tailEvents(
  client: Client,
  plan: TailPlan,
  limits: LiveLimits,
  signal: AbortSignal,
): AsyncGenerator<readonly LiveEvent[], void> {
  const { topicId } = plan;
  const offsets = new Map(plan.offsets);
  const here = () => formatPosition({ topicId, offsets });
  yield [{ name: 'position', position: here() }];
  for await (const step of tail(client, plan, limits, signal)) {
    if (step.kind === 'idle') {
      yield [{ name: 'position', position: here() }];
      continue;
    }
    if (step.kind === 'messages') yield* portions(plan, step, offsets, limits);
    offsets.set(step.partition, step.nextOffset);
    if (step.kind === 'gap') {
      const { partition, fromOffset, nextOffset } = step;
      const data = JSON.stringify({ partition, fromOffset, nextOffset });
      yield [{ name: 'gap', position: here(), data }];
    }
  }
}

function* portions(
  plan: TailPlan,
  { partition, records }: Extract<TailStep, { kind: 'messages' }>,
  offsets: ReadonlyMap<number, number>,
  { chunkCharactersMax }: LiveLimits,
): Generator<readonly LiveEvent[], void> {
  const positionAt = positionsWithin({ topicId: plan.topicId, offsets }, partition);
  let portion: LiveEvent[] = [];
  let characters = 0;
  for (const record of records) {
    const data = tailedText(plan, partition, record);
    const position = positionAt(record.offset + 1);
    portion.push({ name: 'message', position, data });
    characters += data.length + position.length;
    if (characters < chunkCharactersMax) continue;
    yield portion;
    portion = [];
    characters = 0;
  }
  if (portion.length > 0) yield portion;
}
