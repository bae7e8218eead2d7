// Which topics of a request whoever asks may not touch, for APIs that answer item by item. Each is looked up once a request.

import type { ApiName, MillraceError, OperationName } from '@millrace/protocol';
import type { RequestContext } from '../handlers/handler.ts';
import type { Shard } from '../shard/shard.ts';
import type { Access } from './access.ts';

/** Undefined where everything is allowed. */
export function topicRefusals(
  { connection: { access } }: RequestContext,
  shard: Shard,
  api: ApiName,
  operation: OperationName,
): TopicRefusals | undefined {
  return access.isUnlimited ? undefined : new TopicRefusals(access, shard, api, operation);
}

export class TopicRefusals {
  readonly #access: Access;
  readonly #shard: Shard;
  readonly #api: ApiName;
  readonly #operation: OperationName;
  #lastId: number | undefined;
  #last: MillraceError | undefined;
  #seen: Map<number, MillraceError | undefined> | undefined;

  constructor(access: Access, shard: Shard, api: ApiName, operation: OperationName) {
    this.#access = access;
    this.#shard = shard;
    this.#api = api;
    this.#operation = operation;
  }

  /** NOT_AUTHORIZED, or undefined: also where there is no such topic, which its handler says. */
  of(topicId: number): MillraceError | undefined {
    if (topicId === this.#lastId) return this.#last;
    const seen = this.#seen;
    const refusal = seen?.has(topicId) === true ? seen.get(topicId) : this.#look(topicId);
    if (this.#lastId !== undefined) {
      this.#seen ??= new Map();
      this.#seen.set(this.#lastId, this.#last);
    }
    this.#lastId = topicId;
    this.#last = refusal;
    return refusal;
  }

  #look(topicId: number): MillraceError | undefined {
    const name = this.#shard.peek((state) => state.catalog.topics.get(topicId)?.name);
    if (name === undefined) return undefined;
    const told = `with id ${topicId}`;
    return this.#access.refusal(this.#api, this.#operation, 'topic', name, told);
  }
}
