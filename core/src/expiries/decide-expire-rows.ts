// Deletes rows whose time has come, in slices: remembered dedup ids, results, effects, outcomes of transactions,
// attempts, what is known of producers. Nobody waits for it: whoever reads such a row looks at its time. It must not touch other tables.

import { assert } from '../assert.ts';
import { accept, type Context, type Decision, type View } from '../decision.ts';
import { dedupsOfExpiry } from '../dedup/dedup-row.ts';
import { producerExpiresAtMs, sequenceExpiresAtMs } from '../producers/producer-expiry.ts';
import type { ExpiringTable } from '../queue-rows.ts';
import { type KeyOf, remove, type ValueOf, type Write } from '../rows.ts';
import type { ShardState } from '../shard-state.ts';
import { expiryEntry, keyOfExpiry } from './expiry-entry.ts';

export interface ExpireRowsCommand {
  /** Rows looked at in this slice; more only by the last entry, of at most 256. */
  readonly rowsMax: number;
}

export interface ExpireRowsReply {
  readonly rowsRemoved: number;
  /** Rows that were gone or last longer by now. */
  readonly passedOver: number;
  /** Something is due that this slice had no room for. */
  readonly more: boolean;
}

/** A row is read to see when it goes; results are large. */
const BYTES_MAX = 4 * 1024 * 1024;

type ExpiringWrite = Extract<Write, { readonly table: ExpiringTable }>;

interface Kind<T extends ExpiringTable> {
  readonly expiresAtMs: (row: ValueOf<T>) => number;
  readonly bytes: (row: ValueOf<T>) => number;
  /** The row may last longer than its entry says, without another one: the entry is put off. */
  readonly isPutOff?: boolean;
}

const KINDS: { readonly [T in ExpiringTable]: Kind<T> } = {
  dedups: { expiresAtMs: (row) => row[2], bytes: () => 0 },
  results: { expiresAtMs: (row) => row[2], bytes: (row) => row[0].byteLength },
  effects: { expiresAtMs: (row) => row.untilMs, bytes: (row) => row.value?.byteLength ?? 0 },
  transactions: { expiresAtMs: (row) => row.expiresAtMs, bytes: () => 0 },
  attempts: { expiresAtMs: (row) => row.expiresAtMs, bytes: () => 0 },
  producers: { expiresAtMs: producerExpiresAtMs, bytes: () => 0, isPutOff: true },
  sequences: { expiresAtMs: sequenceExpiresAtMs, bytes: () => 0, isPutOff: true },
};

export function decideExpireRows(
  _state: ShardState,
  view: View,
  { rowsMax }: ExpireRowsCommand,
  { nowMs }: Context,
): Decision<ExpireRowsReply> {
  assert(rowsMax > 0, 'a slice gets somewhere');
  const writes: Write[] = [];
  let rows = 0;
  let rowsRemoved = 0;
  let bytes = 0;
  let more = false;
  const query = { to: [nowMs + 1], limit: rowsMax + 1 };
  for (const [key, value] of view.range('expiries', query)) {
    if (rows >= rowsMax || bytes >= BYTES_MAX) {
      more = true;
      break;
    }
    writes.push(remove('expiries', key));
    for (const row of rowsOf(key, value)) {
      const found = look(view, row.table, row.key);
      rows += 1;
      bytes += found.bytes;
      if (found.expiresAtMs > nowMs) {
        if (found.isPutOff) writes.push(expiryEntry(found.expiresAtMs, row.table, row.key));
        continue;
      }
      if (row.table === 'producers') writes.push(...nameOf(view, row.key[0]));
      writes.push(row);
      rowsRemoved += 1;
    }
  }
  return accept({ rowsRemoved, passedOver: rows - rowsRemoved, more }, writes);
}

/** Deletes of the rows that an entry is about: one, or many of `dedups`. */
function rowsOf(
  [, table, rowKey]: KeyOf<'expiries'>,
  value: ValueOf<'expiries'>,
): readonly ExpiringWrite[] {
  if (value === 0) return [remove(table, keyOfExpiry(rowKey)) as ExpiringWrite];
  return dedupsOfExpiry(rowKey, value).map((key) => remove('dedups', key) as ExpiringWrite);
}

/** Its name goes with a producer, unless another one has it by now. [G-59] */
function nameOf(view: View, producerId: number): readonly Write[] {
  const name = view.get('producers', [producerId])?.name ?? null;
  if (name === null || view.get('producerNames', [name]) !== producerId) return [];
  return [remove('producerNames', [name])];
}

interface Found {
  readonly expiresAtMs: number;
  readonly bytes: number;
  readonly isPutOff: boolean;
}

const GONE: Found = { expiresAtMs: Number.POSITIVE_INFINITY, bytes: 0, isPutOff: false };

function look<T extends ExpiringTable>(view: View, table: T, key: KeyOf<T>): Found {
  const row = view.get(table, key);
  if (row === undefined) return GONE;
  const kind: Kind<T> = KINDS[table];
  const { isPutOff = false } = kind;
  return { expiresAtMs: kind.expiresAtMs(row), bytes: kind.bytes(row), isPutOff };
}
