// What is known of a producer. It lies in the store alone: memory does not grow with the number of producers.

import type { View } from '../decision.ts';
import type { ProducerRow } from '../log-rows.ts';
import { producerExpiresAtMs } from './producer-expiry.ts';

/** Undefined also where its time has come and its row has not gone yet. [G-59] */
export function findProducer(
  view: View,
  producerId: number,
  nowMs: number,
): ProducerRow | undefined {
  const row = view.get('producers', [producerId]);
  return row !== undefined && producerExpiresAtMs(row) > nowMs ? row : undefined;
}
