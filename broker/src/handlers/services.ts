// What the handlers work with. Made once by the wiring; a handler holds nothing of its own.

import type { ResponseInput } from '@millrace/protocol';
import type { SecurityServices } from '../security/security-services.ts';
import type { Shard } from '../shard/shard.ts';
import type { SpaceGauge } from '../shard/space-gauge.ts';

export interface HandlerSettings {
  readonly autoCreateTopics: boolean;
  readonly autoCreateShareGroups: boolean;
  readonly defaultPartitions: number;
}

export interface HandlerMetrics {
  readonly appended: (records: number, bytes: number) => void;
  readonly fetched: (records: number, bytes: number) => void;
  readonly leased: (groupId: number, messages: number) => void;
  readonly deadLettered: (groupId: number, messages: number) => void;
}

export interface Services {
  readonly shard: Shard;
  readonly space: SpaceGauge;
  readonly settings: HandlerSettings;
  readonly metrics: HandlerMetrics;
  readonly security: SecurityServices;
  /** How the broker is, as whoever serves it knows. */
  readonly describeBroker: () => ResponseInput<'DescribeBroker'>;
}
