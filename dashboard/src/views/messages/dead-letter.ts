// Where a dead letter came from, by its headers. Pure. Anybody may have written them.
import { positionOf } from './message-id.ts';
import type { Message } from './message-shapes.ts';

export interface Origin {
  readonly topic: string;
  readonly queue: string | null;
  /** The id that the producer was told. */
  readonly id: string | null;
  readonly partition: number | null;
  readonly offset: number | null;
  readonly reason: string | null;
  readonly error: string | null;
  readonly deliveries: string | null;
}

/** Undefined where it is no dead letter. */
export function originOf({ headers = {} }: Pick<Message, 'headers'>): Origin | undefined {
  const of = (name: string) => {
    const value = headers[`millrace-dlq-${name}`];
    return typeof value === 'string' ? value : (value?.at(-1) ?? null);
  };
  const topic = of('topic');
  if (topic === null) return undefined;
  const id = of('message-id');
  const first = id === null ? undefined : positionOf(id);
  return {
    topic,
    queue: of('group'),
    id,
    partition: first?.partition ?? null,
    offset: first?.offset ?? null,
    reason: of('reason'),
    error: of('error'),
    deliveries: of('deliveries'),
  };
}
