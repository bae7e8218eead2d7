// The counts of a feed for one listener: the newest at its pace, and what it asks for. What it was too slow for is left out.

import { MillraceError } from '@millrace/protocol';
import { Compile } from 'typebox/schema';
import { Type } from '../schemas/type.ts';
import { ALL_QUEUES, type CountsFeed, type Listener } from './counts-feed.ts';
import type { LiveEvent } from './live-event.ts';

const Names = Type.Array(Type.String({ minLength: 1, maxLength: 249 }), { maxItems: 1_000 });
const Request = Compile(
  Type.Object(
    { subscribe: Type.Optional(Names), unsubscribe: Type.Optional(Names) },
    { additionalProperties: false, minProperties: 1 },
  ),
);

/** Queues that a listener wants to hear of. */
export class Subscription {
  readonly queues = new Set<string>();
  private readonly max: number;

  constructor(max: number) {
    this.max = max;
  }

  /** Throws LIMIT_EXCEEDED; then nothing has changed. */
  add(names: readonly string[]): void {
    const added = names.filter((name) => !this.queues.has(name));
    if (this.queues.size + new Set(added).size > this.max) {
      const text = `A listener hears of ${this.max} queues at most; ${ALL_QUEUES} stands for all.`;
      throw new MillraceError('LIMIT_EXCEEDED', text, { limit: `${this.max} queues` });
    }
    for (const name of added) this.queues.add(name);
  }

  /** What a client sent: `{"subscribe": [names]}`, `{"unsubscribe": [names]}`. Throws INVALID_REQUEST, LIMIT_EXCEEDED. */
  heard(text: string): void {
    let request: unknown;
    try {
      request = JSON.parse(text);
    } catch {
      throw notUnderstood();
    }
    if (!Request.Check(request)) throw notUnderstood();
    for (const name of request.unsubscribe ?? []) this.queues.delete(name);
    this.add(request.subscribe ?? []);
  }
}

function notUnderstood(): MillraceError {
  const text = 'A message is {"subscribe": [queues]} or {"unsubscribe": [queues]}.';
  return new MillraceError('INVALID_REQUEST', text);
}

/** Ends once the signal is aborted. */
export async function* countsEvents(
  feed: CountsFeed,
  { queues }: Subscription,
  signal: AbortSignal,
): AsyncGenerator<readonly LiveEvent[], void> {
  let newest: Parameters<Listener>[0] | undefined;
  let wake = () => {};
  const stop = feed.listen((counts) => {
    newest = counts;
    wake();
  });
  const onAbort = () => wake();
  signal.addEventListener('abort', onAbort);
  try {
    while (!signal.aborted) {
      if (newest === undefined) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
        continue;
      }
      const event = newest(queues);
      newest = undefined;
      yield [event];
    }
  } finally {
    stop();
    signal.removeEventListener('abort', onAbort);
  }
}
