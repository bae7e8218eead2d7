// Writes the columns of the index that few records use: each is there only if a record of the batch has something to
// say in it, so that a batch without any costs nothing.

import { MillraceError } from '../errors.ts';
import { LIMITS } from '../limits.ts';
import { columnFrom } from './columns.ts';
import {
  FLAG_DEDUP,
  FLAG_DELAY,
  FLAG_DELIVERIES,
  FLAG_GROUP,
  FLAG_TTL,
  writeI64,
  writeU32,
} from './layout.ts';
import type { RecordInput } from './record.ts';

const GROUP_ID_MAX = 0xffff_ffff;

/** What one record says. */
export interface ColumnEntry {
  readonly flags: number;
  readonly delayMs: number;
  readonly ttlMs: number;
  readonly dedup: Uint8Array | undefined;
  readonly maxDeliveries: number;
  readonly groupId: number;
}

function checked(value: number | undefined, field: string, max: number, unit = ''): number {
  if (value === undefined) return 0;
  if (Number.isInteger(value) && value >= 0 && value <= max) return value;
  const message = `${field} is ${value}, not an integer from 0 to ${max}.`;
  throw new MillraceError('INVALID_REQUEST', message, { field, limit: `${max}${unit}` });
}

/** A copy: the caller may use its bytes again before the batch is built. */
function checkedDedup(dedup: Uint8Array | undefined): Uint8Array | undefined {
  if (dedup === undefined) return undefined;
  const size = LIMITS.dedupHashBytes;
  if (dedup instanceof Uint8Array && dedup.length === size) return Uint8Array.from(dedup);
  throw new MillraceError('INVALID_REQUEST', `A dedup hash has ${size} bytes.`, {
    field: 'dedup',
    limit: `${size} bytes`,
  });
}

/** Undefined where the record says nothing. Throws INVALID_REQUEST with the field. */
export function columnEntry(record: RecordInput): ColumnEntry | undefined {
  const { delayMs, ttlMs, dedup, maxDeliveries, groupId } = record;
  if (
    delayMs === undefined &&
    ttlMs === undefined &&
    dedup === undefined &&
    maxDeliveries === undefined &&
    groupId === undefined
  )
    return undefined;
  const entry = {
    delayMs: checked(delayMs, 'delayMs', LIMITS.delayMsMax, ' ms'),
    ttlMs: checked(ttlMs, 'ttlMs', LIMITS.messageTtlMsMax, ' ms'),
    dedup: checkedDedup(dedup),
    maxDeliveries: checked(maxDeliveries, 'maxDeliveries', LIMITS.maxDeliveriesMax),
    groupId: checked(groupId, 'groupId', GROUP_ID_MAX),
  };
  const flags =
    (entry.delayMs === 0 ? 0 : FLAG_DELAY) |
    (entry.ttlMs === 0 ? 0 : FLAG_TTL) |
    (entry.dedup === undefined ? 0 : FLAG_DEDUP) |
    (entry.maxDeliveries === 0 ? 0 : FLAG_DELIVERIES) |
    (entry.groupId === 0 ? 0 : FLAG_GROUP);
  return flags === 0 ? undefined : { flags, ...entry };
}

/** The entries of one batch, by the positions of their records. */
export class ColumnWriter {
  /** The columns that some record uses. */
  flags = 0;
  private readonly entries: (readonly [index: number, entry: ColumnEntry])[] = [];

  add(index: number, entry: ColumnEntry): void {
    this.entries.push([index, entry]);
    this.flags |= entry.flags;
  }

  /** Fills the columns of a batch of `count` records. */
  write(batch: Uint8Array, count: number, columnsEnd: number): void {
    const { flags } = this;
    batch.fill(0, columnFrom(flags, flags & -flags, count), columnsEnd);
    const from = (flag: number): number => columnFrom(flags, flag, count);
    for (const [i, entry] of this.entries) {
      if (entry.delayMs > 0) writeI64(batch, from(FLAG_DELAY) + 8 * i, entry.delayMs);
      if (entry.ttlMs > 0) writeI64(batch, from(FLAG_TTL) + 8 * i, entry.ttlMs);
      if (entry.dedup !== undefined)
        batch.set(entry.dedup, from(FLAG_DEDUP) + LIMITS.dedupHashBytes * i);
      if (entry.maxDeliveries > 0)
        writeU32(batch, from(FLAG_DELIVERIES) + 4 * i, entry.maxDeliveries);
      if (entry.groupId > 0) writeU32(batch, from(FLAG_GROUP) + 4 * i, entry.groupId);
    }
  }
}
