// What the index of a batch says of a letter that was never delivered, and the lane that it would be delivered in.

import {
  batchFlags,
  FLAG_DELAY,
  FLAG_GROUP,
  type LogRecord,
  recordDelayMs,
  recordGroup,
  TENANT_HEADER,
} from '@millrace/protocol';
import type { View } from '../decision.ts';
import type { ShareConfig } from '../rows.ts';
import { BatchCursor, indexFrom } from '../share/batch-cursor.ts';
import { laneNumber, NO_LANE, tenantLane } from '../share/lanes/lane-number.ts';
import type { ShareScope } from '../share/share-scope.ts';

export class LetterColumns {
  readonly #cursor: BatchCursor;
  readonly #groupId: number;
  readonly #config: ShareConfig;
  readonly #nowMs: number;

  constructor({ key, log, group }: ShareScope, view: View, nowMs: number) {
    this.#cursor = new BatchCursor(view, key.topicId, key.partition, log.durableEnd);
    this.#groupId = key.groupId;
    this.#config = group.config;
    this.#nowMs = nowMs;
  }

  /** 0: visible now. Null: it is for another group. */
  visibleAtMs(offset: number): number | null {
    const batch = this.#cursor.at(offset);
    if (batch === undefined || !batch.isIndexed) return 0;
    const { bytes, appendTimeMs } = batch;
    if ((batchFlags(bytes) & (FLAG_DELAY | FLAG_GROUP)) === 0) return 0;
    const index = indexFrom(batch, offset);
    const groupId = recordGroup(bytes, index);
    if (groupId !== 0 && groupId !== this.#groupId) return null;
    const visibleAtMs = appendTimeMs + recordDelayMs(bytes, index);
    return visibleAtMs > this.#nowMs ? visibleAtMs : 0;
  }

  /** Null in groups without lanes; of a record that cannot be read there is none either. */
  laneOf(record: LogRecord | undefined): number | null {
    return laneOf(this.#config, record);
  }
}

/** The lane of a record in a group with such settings; null where it has no lanes. */
export function laneOf(
  { ordering, fairness }: ShareConfig,
  record: LogRecord | undefined,
): number | null {
  if (ordering === 'key') {
    const key = record?.key ?? null;
    return key === null ? NO_LANE : laneNumber(key, 0, key.length);
  }
  if (fairness !== 'tenant') return null;
  const tenant = record?.headers.find(([name]) => name === TENANT_HEADER)?.[1];
  return tenant === undefined ? NO_LANE : tenantLane(tenant, 0, tenant.length);
}
