// What all connections of a listener share, and the limits that hold for each of them. Types only.

import type { Log } from '@millrace/options';
import type { Dispatch } from '../dispatch/dispatch.ts';
import type { NetMetrics } from '../metrics/request-metrics.ts';
import type { Admission } from './admission.ts';
import type { Connection } from './connection.ts';
import type { PatienceLimits } from './lateness.ts';
import type { LinePace } from './line-pace.ts';
import type { PressureGate } from './pressure.ts';
import type { RequestBudget } from './request-budget.ts';
import type { TurnFlusher } from './turn-flusher.ts';
import type { TurnShare } from './turn-share.ts';
import type { UserPauses } from './user-pauses.ts';

export interface ConnectionLimits extends PatienceLimits {
  readonly inFlightRequestsMax: number;
  readonly unsentReplyBytes: number;
  readonly unsentReplyBytesTotal: number;
}

/** What all connections of a listener share. */
export interface ConnectionShared {
  readonly limits: ConnectionLimits;
  readonly dispatch: Dispatch;
  readonly admission: Admission;
  readonly gate: PressureGate;
  readonly pauses: UserPauses;
  readonly budget: RequestBudget;
  readonly flusher: TurnFlusher;
  readonly turns: TurnShare;
  readonly metrics: NetMetrics;
  readonly log: Log;
  /** Of lines about what clients sent. */
  readonly lines: LinePace;
  readonly onClosed: (connection: Connection) => void;
}
