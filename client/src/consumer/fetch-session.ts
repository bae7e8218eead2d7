// What the broker has been told of the partitions it is asked for, and what it has yet to be told. The broker goes on by
// itself after what it sent; this follows it. It sends nothing.

import type { RequestInput, ResponseOf } from '@millrace/protocol';
import type { Claim } from './claim.ts';
import { nameKey } from './claims.ts';

type Reply = ResponseOf<'Fetch'>['partitions'][number];
type Changes = Pick<
  RequestInput<'Fetch'>,
  'forgotten' | 'isNewSession' | 'partitions' | 'sessionId'
>;
type Place = NonNullable<Changes['forgotten']>[number];

interface Standing<V> {
  readonly claim: Claim<V>;
  /** Where the broker reads on. */
  offset: number;
  /** Number of the request that named it: replies to earlier ones say nothing of it. */
  readonly since: number;
}

const SESSION_ID_MAX = 0xffff_ffff;
/** The last id given to a fetcher of each connection. */
const given = new WeakMap<object, number>();

/** Unlike those of all other fetchers that share the connection: 1 and up, a uint32. */
export function nextSessionId(link: object): number {
  const id = ((given.get(link) ?? 0) % SESSION_ID_MAX) + 1;
  given.set(link, id);
  return id;
}

export class FetchSession<V> {
  readonly id: number;
  private readonly standing = new Map<string, Standing<V>>();
  private readonly naming = new Map<string, Claim<V>>();
  private readonly forgetting = new Map<string, Place>();
  private isNew = true;

  /** `id`: one that the connection's other fetchers do not have. With that of an earlier one it takes its place at the broker. */
  constructor(id: number) {
    this.id = id;
  }

  /** Nothing is asked for, and nothing is to be. */
  get isEmpty(): boolean {
    return this.standing.size === 0 && this.naming.size === 0;
  }

  /** There are partitions that the broker does not know of yet. */
  get isBehind(): boolean {
    return this.naming.size > 0;
  }

  /** It is to be read on from where it is. */
  want(claim: Claim<V>): void {
    const key = nameKey(claim);
    const known = this.standing.get(key);
    if (known?.claim === claim && known.offset === claim.fetchOffset) this.naming.delete(key);
    else this.naming.set(key, claim);
  }

  /** Nothing more of it is wanted. */
  drop(claim: Claim<V>): void {
    const key = nameKey(claim);
    if (this.naming.get(key) === claim) this.naming.delete(key);
    if (this.standing.get(key)?.claim !== claim) return;
    this.standing.delete(key);
    this.forgetting.set(key, { topicId: claim.topicId, partition: claim.partition });
  }

  /** What request number `since` says: at most `max` partitions; they count as told. */
  changes(since: number, max: number, maxBytes: number): Changes {
    const partitions: Changes['partitions'][number][] = [];
    for (const [key, claim] of this.naming) {
      if (partitions.length === max) break;
      const { topicId, partition, fetchOffset: offset } = claim;
      partitions.push({ topicId, partition, offset, maxBytes });
      this.naming.delete(key);
      this.forgetting.delete(key);
      this.standing.set(key, { claim, offset, since });
    }
    const forgotten =
      this.isNew || this.forgetting.size === 0 ? null : [...this.forgetting.values()];
    const isNewSession = this.isNew;
    this.forgetting.clear();
    this.isNew = false;
    return { sessionId: this.id, isNewSession, partitions, forgotten };
  }

  /** The reply to request number `to` tells of this partition. Undefined where that is of no use any more. */
  told(to: number, reply: Reply, end: number | undefined): Claim<V> | undefined {
    const key = nameKey(reply);
    const known = this.standing.get(key);
    if (known === undefined || known.since > to) return undefined;
    const isWhereWanted = known.offset === known.claim.fetchOffset;
    if (end !== undefined) known.offset = end;
    return isWhereWanted ? known.claim : undefined;
  }

  /** The partition of a reply has left the session. */
  left(to: number, reply: Reply): void {
    const key = nameKey(reply);
    const known = this.standing.get(key);
    if (known !== undefined && known.since <= to) this.standing.delete(key);
  }
}
