// InitProducer: a new producer, the next epoch of one by its name, or the next epoch for whoever has the present one.

import type { RequestOf, ResponseOf } from '@millrace/protocol';
import { assert } from '../assert.ts';
import {
  accept,
  type Context,
  type Decision,
  type Refused,
  refuse,
  type View,
} from '../decision.ts';
import { checkKeyText } from '../expiries/check-key-text.ts';
import { expiryEntry } from '../expiries/expiry-entry.ts';
import type { ProducerRow } from '../log-rows.ts';
import { put, type Write } from '../rows.ts';
import type { ShardState } from '../shard-state.ts';
import { findProducer } from './find-producer.ts';
import { producerExpiresAtMs } from './producer-expiry.ts';

type Request = RequestOf<'InitProducer'>;
type Command = Request & {
  /** Absent: nobody was asked who they are. */
  readonly user?: string;
};
type Reply = ResponseOf<'InitProducer'>;

/** After it comes a new id: epochs never begin anew. */
const EPOCH_MAX = 0x7fff_ffff;

export function decideInitProducer(
  _state: ShardState,
  view: View,
  { name, producerId, producerEpoch, user }: Command,
  { nowMs }: Context,
): Decision<Reply> {
  if (producerId === null && producerEpoch === null) {
    if (name === null) return fresh(view, null, nowMs, user);
    return checkKeyText(name, 'name') ?? takeOver(view, name, nowMs);
  }
  if (producerId === null) return unfit('producerId', 'An epoch needs the id that it is of.');
  if (producerEpoch === null) return unfit('producerEpoch', 'An id needs the epoch that it has.');
  if (name !== null) return unfit('name', 'A producer is asked for by name or by id, not by both.');
  return goOn(view, producerId, producerEpoch, nowMs);
}

function unfit(field: string, message: string): Refused {
  return refuse('INVALID_REQUEST', message, { field });
}

/** [G-50] */
function fresh(view: View, name: string | null, nowMs: number, user?: string): Decision<Reply> {
  const last = view.get('meta', ['lastProducerId']) ?? 0;
  assert(typeof last === 'number' && Number.isSafeInteger(last + 1), 'ids are never used up');
  const producerId = last + 1;
  const begun: ProducerRow = { name, epoch: 0, isOwnEpoch: false, updatedMs: nowMs };
  const row = user === undefined ? begun : { ...begun, user };
  const writes: Write[] = [
    put('meta', ['lastProducerId'], producerId),
    put('producers', [producerId], row),
    expiryEntry(producerExpiresAtMs(row), 'producers', [producerId]),
  ];
  if (name !== null) writes.push(put('producerNames', [name], producerId));
  return accept({ producerId, producerEpoch: 0 }, writes);
}

/** Whoever asks last by the name may write. Asked again after a lost reply it fences only itself. [G-51] */
function takeOver(view: View, name: string, nowMs: number): Decision<Reply> {
  const producerId = view.get('producerNames', [name]);
  const row = producerId === undefined ? undefined : findProducer(view, producerId, nowMs);
  if (producerId === undefined || row === undefined || row.epoch === EPOCH_MAX) {
    return fresh(view, name, nowMs);
  }
  return begin(producerId, { ...row, epoch: row.epoch + 1, isOwnEpoch: false, updatedMs: nowMs });
}

/**
 * The next epoch for whoever has the present one. Asked again after a lost reply it is the same one: but only where that
 * one was not taken by name since. [G-52]
 */
function goOn(view: View, producerId: number, epoch: number, nowMs: number): Decision<Reply> {
  const row = findProducer(view, producerId, nowMs);
  if (row === undefined || epoch > row.epoch) return refuse('UNKNOWN_PRODUCER');
  if (epoch === row.epoch - 1 && row.isOwnEpoch) {
    return accept({ producerId, producerEpoch: row.epoch });
  }
  if (epoch < row.epoch) return refuse('PRODUCER_FENCED');
  if (row.epoch === EPOCH_MAX)
    return refuse('UNKNOWN_PRODUCER', 'The producer has no epochs left.');
  return begin(producerId, { ...row, epoch: epoch + 1, isOwnEpoch: true, updatedMs: nowMs });
}

/** Its entry in `expiries` is put off when it is due. */
function begin(producerId: number, row: ProducerRow): Decision<Reply> {
  const writes = [put('producers', [producerId], row)];
  return accept({ producerId, producerEpoch: row.epoch }, writes);
}
