// When what is known of a producer is forgotten. It only reckons; `decideExpireRows` deletes.

import { LIMITS } from '@millrace/protocol';
import type { ProducerRow, SequenceRow } from '../log-rows.ts';

/** A producer that goes on appending is noted once in this time: its row is not written with every batch. */
const NOTED_EVERY_MS = 3_600_000;

/** At least `producerExpiryMs` after its last append, wherever that was. [G-59] */
export function producerExpiresAtMs({ updatedMs }: ProducerRow): number {
  return updatedMs + LIMITS.producerExpiryMs + NOTED_EVERY_MS;
}

/** Its row should say that it still appends. */
export function isNotedLongAgo({ updatedMs }: ProducerRow, nowMs: number): boolean {
  return nowMs - updatedMs >= NOTED_EVERY_MS;
}

/** Never later than that of the producer itself. */
export function sequenceExpiresAtMs([, , updatedMs]: SequenceRow): number {
  return updatedMs + LIMITS.producerExpiryMs;
}
