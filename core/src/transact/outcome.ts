// Outcomes of transactions that were carried out: kept under the transaction's id, so that a request that is sent again
// after a lost reply is told what became of it. One that was refused is not kept: nothing of it was done.

import { LIMITS, type ResponseOf } from '@millrace/protocol';
import { type Context, type Refused, refuse, type View } from '../decision.ts';
import { expiryEntry } from '../expiries/expiry-entry.ts';
import type { TransactionRow } from '../queue-rows.ts';
import { put, type Write } from '../rows.ts';

/** What was done; quotas are the rim's. */
export type TransactReply = Omit<ResponseOf<'Transact'>, 'throttleMs'>;
export type BatchOutcome = TransactReply['batches'][number];

/** What a transaction is known by. */
export interface TransactionName {
  readonly transactionId: string;
  /** Who sends it; absent: nobody was asked who they are. */
  readonly user?: string | undefined;
}

/** The outcome that is kept; undefined where there is none; refused where it is that of another request. [L-100] */
export function findOutcome(
  view: View,
  name: TransactionName,
  fingerprint: number,
  { nowMs }: Context,
): TransactReply | Refused | undefined {
  const { transactionId } = name;
  // Without the user: from before anybody was asked who they are.
  const row = view.get('transactions', [keyOf(name)]) ?? view.get('transactions', [transactionId]);
  if (row === undefined || row.expiresAtMs <= nowMs) return undefined;
  if (row.fingerprint !== fingerprint) {
    const message = `Another transaction was carried out under the id ${transactionId}.`;
    return refuse('INVALID_REQUEST', message, { field: 'transactionId' });
  }
  return { repeated: true, batches: row.batches.map((batch) => toldBatch(batch)) };
}

/**
 * Ids are their user's own: what somebody else carried out under one must not stand for what this user asks for. No name of
 * a user holds a space.
 */
function keyOf({ transactionId, user }: TransactionName): string {
  return user === undefined ? transactionId : `${user} ${transactionId}`;
}

function toldBatch([baseOffset, appendTimeMs, list]: TransactionRow['batches'][number]) {
  const duplicates = list.map(([index, partition, offset]) => ({ index, partition, offset }));
  return { baseOffset, appendTimeMs, duplicates: duplicates.length === 0 ? null : duplicates };
}

/** The writes that keep an outcome. */
export function keepOutcome(
  name: TransactionName,
  fingerprint: number,
  batches: readonly BatchOutcome[],
  { nowMs }: Context,
): readonly Write[] {
  const expiresAtMs = nowMs + LIMITS.transactionOutcomeMs;
  const key = [keyOf(name)] as const;
  const rows = batches.map(({ baseOffset, appendTimeMs, duplicates }) => {
    const list = (duplicates ?? []).map((one) => [one.index, one.partition, one.offset] as const);
    return [baseOffset, appendTimeMs, list] as const;
  });
  return [
    put('transactions', key, { fingerprint, expiresAtMs, batches: rows }),
    expiryEntry(expiresAtMs, 'transactions', key),
  ];
}
