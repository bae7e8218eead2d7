// The messages that a producer sends: numbered, each with an id, some work, and what its knobs ask for besides.

import { randomInt } from 'node:crypto';
import { Random } from '@millrace/harness';
import type { ProducerKnobs } from './knobs.ts';

export interface NewMessage {
  readonly sequence: number;
  /** A UUID. */
  readonly id: string;
  /** Of a FIFO queue. */
  readonly group: string | undefined;
  readonly isPoison: boolean;
  /** JSON. */
  readonly body: string;
}

const WORK_MAX = 1_000;
const SEED_MAX = 2 ** 32;

export function* newMessages(knobs: ProducerKnobs): Generator<NewMessage> {
  const { n, firstSequence, groups, entities, perOrder, poisonMarker } = knobs;
  const random = new Random(knobs.seed === 0 ? randomInt(1, SEED_MAX) : knobs.seed);
  let poisoned = 0;
  for (let index = 0; index < n; index += 1) {
    const sequence = firstSequence + index;
    const isPoison = isPoisoned(knobs, index, poisoned);
    if (isPoison) poisoned += 1;
    const id = uuidOf(random);
    const group = groups === 0 ? undefined : `g${inTurn(sequence, groups) + 1}`;
    const payload = {
      id,
      sequence,
      work: random.between(1, WORK_MAX),
      order: `order-${Math.ceil(sequence / perOrder)}`,
      group,
      ...(entities > 0 && {
        entity: `e${inTurn(sequence, entities) + 1}`,
        version: Math.ceil(sequence / entities),
      }),
      ...(isPoison && { marker: poisonMarker }),
    };
    yield { sequence, id, group, isPoison, body: JSON.stringify(payload) };
  }
}

function inTurn(sequence: number, of: number): number {
  return (sequence - 1) % of;
}

/** By `every` where it is given, otherwise so that `count` of them are spread evenly over all. */
function isPoisoned(knobs: ProducerKnobs, index: number, poisoned: number): boolean {
  const { n, poisonCount, poisonEvery } = knobs;
  if (poisonEvery > 0) {
    const isFull = poisonCount > 0 && poisoned === poisonCount;
    return !isFull && (index + 1) % poisonEvery === 0;
  }
  return Math.floor(((index + 1) * Math.min(poisonCount, n)) / n) > poisoned;
}

/** Of version 4, as `randomUUID` gives them, but of a seed. */
function uuidOf(random: Random): string {
  const hex = Array.from({ length: 32 }, () => random.between(0, 15).toString(16));
  hex[12] = '4';
  hex[16] = '89ab'.charAt(random.between(0, 3));
  const text = hex.join('');
  const parts = [text.slice(0, 8), text.slice(8, 12), text.slice(12, 16), text.slice(16, 20)];
  return [...parts, text.slice(20)].join('-');
}
