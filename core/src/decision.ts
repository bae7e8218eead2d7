// What a `decide` function takes and gives. Decide never changes state: it returns writes, and `applyWrites` alone
// changes state, now and after a restart. Time and randomness come in as arguments.

import type { ErrorDetail, ErrorName } from '@millrace/protocol';
import { MillraceError } from '@millrace/protocol';
import type { KeyOf, TableName, ValueOf, Write } from './rows.ts';

/** The shard's clock, which never goes back, and its random source. */
export interface Context {
  readonly nowMs: number;
  /** A number from 0 (inclusive) to 1 (exclusive). */
  readonly random: () => number;
}

export interface RangeQuery {
  /** Only rows whose key starts with these parts. */
  readonly prefix?: readonly (number | string)[] | undefined;
  /** Start here, inclusive; with `reverse` it is the upper end. */
  readonly from?: readonly (number | string)[] | undefined;
  /** End here, exclusive; with `reverse` it is the lower end. */
  readonly to?: readonly (number | string)[] | undefined;
  readonly reverse?: boolean | undefined;
  readonly limit?: number | undefined;
  /** A hint: the caller does not look at the values, so they need not be read. */
  readonly keysOnly?: boolean | undefined;
  /**
   * Of batches: true of the beginning of one, which holds its header, at which the caller stops. It looks at no more of it than
   * that: no more may be there, and nobody has checked it. Once true of a batch it stays so in this range.
   */
  readonly stopsAt?: ((beginning: Uint8Array) => boolean) | undefined;
}

/** Synchronous reading of the store with the staged, uncommitted writes laid over it. */
export interface View {
  get<T extends TableName>(table: T, key: KeyOf<T>): ValueOf<T> | undefined;
  range<T extends TableName>(
    table: T,
    query: RangeQuery,
  ): Iterable<readonly [KeyOf<T>, ValueOf<T>]>;
}

/** Someone who waits may have something to do once the decision is durable. */
export type Wake =
  /** Records were appended to a partition of the topic. */
  | {
      readonly kind: 'appended';
      readonly topicId: number;
      readonly partition: number;
      /** Nobody sent them: they died elsewhere, or come back from where dead letters are. */
      readonly by?: 'death' | 'redrive';
    }
  /** Messages of a share group became ready. */
  | { readonly kind: 'ready'; readonly groupId: number; readonly topicId: number }
  /** There is news for members of a consumer group: something to be told, or that they are members no longer. */
  | { readonly kind: 'members'; readonly groupId: number; readonly memberIds: readonly string[] };

export interface Accepted<R> {
  readonly error?: undefined;
  readonly writes: readonly Write[];
  readonly reply: R;
  readonly wake: readonly Wake[];
}

/** Nothing is written; the caller gets the error. */
export interface Refused {
  readonly error: MillraceError;
}

export type Decision<R> = Accepted<R> | Refused;

const NO_WRITES: readonly Write[] = [];
const NO_WAKE: readonly Wake[] = [];

export function accept<R>(
  reply: R,
  writes: readonly Write[] = NO_WRITES,
  wake: readonly Wake[] = NO_WAKE,
): Accepted<R> {
  return { writes, reply, wake };
}

export function refuse(code: ErrorName, message?: string, detail?: ErrorDetail): Refused {
  return { error: new MillraceError(code, message, detail) };
}
