// What a restored directory needs beside its records. Clients and workers may still know numbers that were given out after
// the backup was made: given out again, they would name something else. So the counters leap over them.

import { randomUUID } from 'node:crypto';
import type { SharePartitionRow } from '@millrace/core';
import type { PlainValue, StoreReader, StoreWrite } from '@millrace/storage';
import { INSTANCE_ROW } from '../open-storage.ts';

/** More than a broker gives out between a backup and its loss. */
const NUMBERS_LEAPT = 1_000_000_000;
/** Ids of topics and groups have 32 bits. */
const IDS_LEAPT = 10_000;

const COUNTERS: readonly (readonly [name: string, leap: number])[] = [
  ['nextTopicId', IDS_LEAPT],
  ['nextGroupId', IDS_LEAPT],
  ['lastProducerId', NUMBERS_LEAPT],
  ['nextEffectToken', NUMBERS_LEAPT],
];

export interface NewLife {
  readonly instanceId: string;
  readonly writes: readonly StoreWrite[];
}

/** For one commit. Receipts of leases that were given out after the backup fit no lease of the new directory. */
export function newLife(store: StoreReader): NewLife {
  const instanceId = randomUUID();
  const writes: StoreWrite[] = [{ table: 'meta', key: INSTANCE_ROW, value: instanceId }];
  for (const [name, leap] of COUNTERS) {
    const value = store.get('meta', [name]) ?? 1;
    if (typeof value === 'number') writes.push({ table: 'meta', key: [name], value: value + leap });
  }
  for (const [key, row] of store.range('sharePartitions', {})) {
    writes.push({ table: 'sharePartitions', key, value: leapt(row) });
  }
  return { instanceId, writes };
}

function leapt(value: PlainValue): PlainValue {
  const [cursor, floor, nextToken, ...rest] = value as unknown as SharePartitionRow;
  return [cursor, floor, nextToken + NUMBERS_LEAPT, ...rest];
}
