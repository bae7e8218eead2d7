// All scenarios, in the order in which they are listed and played. What is not here does not exist.

import type { Scenario } from '../stage/scenario.ts';
import { BACKLOG_DRAIN } from './backlog-drain.ts';
import { BACKPRESSURE } from './backpressure.ts';
import { BUSINESS_IDEMPOTENCY } from './business-idempotency.ts';
import { CRASH } from './crash.ts';
import { DLQ_REDRIVE } from './dlq-redrive.ts';
import { DUPLICATES } from './duplicates.ts';
import { FIFO_ORDER } from './fifo-order.ts';
import { GRACEFUL_SHUTDOWN } from './graceful-shutdown.ts';
import { HAPPY } from './happy.ts';
import { OUT_OF_ORDER } from './out-of-order.ts';
import { PARTIAL_BATCH } from './partial-batch.ts';
import { POISON_MESSAGES } from './poison.ts';
import { PURGE_TIMING } from './purge-timing.ts';
import { SIDE_EFFECTS } from './side-effects.ts';

export const SCENARIOS: readonly Scenario[] = [
  HAPPY,
  CRASH,
  DUPLICATES,
  BUSINESS_IDEMPOTENCY,
  POISON_MESSAGES,
  PARTIAL_BATCH,
  SIDE_EFFECTS,
  GRACEFUL_SHUTDOWN,
  FIFO_ORDER,
  OUT_OF_ORDER,
  DLQ_REDRIVE,
  BACKPRESSURE,
  BACKLOG_DRAIN,
  PURGE_TIMING,
];
