// Whether a share group has lanes, and of which kind.

import type { ShareConfig } from '../../rows.ts';
import type { LaneKind } from './scan-lanes.ts';

/** Undefined: its messages wait for nobody. */
export function laneKindOf(config: ShareConfig): LaneKind | undefined {
  if (config.ordering !== 'none') return config.ordering;
  return config.fairness === 'tenant' ? 'tenant' : undefined;
}
