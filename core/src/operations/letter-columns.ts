// What a receive would make of a letter that was never delivered, and the lane that it would be delivered in.

import { type LogRecord, TENANT_HEADER } from '@millrace/protocol';
import type { View } from '../decision.ts';
import type { ShareConfig } from '../rows.ts';
import { BatchCursor, indexFrom } from '../share/batch-cursor.ts';
import { laneNumber, NO_LANE, tenantLane } from '../share/lanes/lane-number.ts';
import type { ShareScope } from '../share/share-scope.ts';
import { type Fate, fateOf, GIVEN, isSifted } from '../share/sift.ts';

export class LetterColumns {
  readonly #cursor: BatchCursor;
  readonly #scope: ShareScope;
  readonly #nowMs: number;

  constructor(scope: ShareScope, view: View, nowMs: number) {
    const { key, log } = scope;
    this.#cursor = new BatchCursor(view, key.topicId, key.partition, log.durableEnd);
    this.#scope = scope;
    this.#nowMs = nowMs;
  }

  /** What a receive would make of a letter that is fresh. */
  fateOf(offset: number): Fate {
    const batch = this.#cursor.at(offset);
    if (batch === undefined || !isSifted(this.#scope, batch)) return GIVEN;
    return fateOf(this.#scope, batch, indexFrom(batch, offset), this.#nowMs);
  }

  /** Null in groups without lanes; of a record that cannot be read there is none either. */
  laneOf(record: LogRecord | undefined): number | null {
    return laneOf(this.#scope.group.config, record);
  }
}

/** The lane of a record in a group with such settings; null where it has no lanes. */
export function laneOf(
  { ordering, fairness }: ShareConfig,
  record: LogRecord | undefined,
): number | null {
  if (ordering !== 'none') {
    const key = record?.key ?? null;
    return key === null ? NO_LANE : laneNumber(key, 0, key.length);
  }
  if (fairness !== 'tenant') return null;
  const tenant = record?.headers.find(([name]) => name === TENANT_HEADER)?.[1];
  return tenant === undefined ? NO_LANE : tenantLane(tenant, 0, tenant.length);
}
