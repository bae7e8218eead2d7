// Groups of both kinds share one namespace: finds a consumer group by name, or says that the name is a share group's.

import type { Catalog } from '../catalog/catalog.ts';
import { type Refused, refuse } from '../decision.ts';
import type { ConsumerGroupRow } from '../rows.ts';

export interface ConsumerGroupEntry extends ConsumerGroupRow {
  readonly groupId: number;
  readonly error?: undefined;
}

/** Undefined where no group of either kind has the name. */
export function findConsumerGroup(
  catalog: Catalog,
  name: string,
): ConsumerGroupEntry | Refused | undefined {
  const group = catalog.groupByName(name);
  if (group?.kind === 'share') {
    return refuse('GROUP_KIND_MISMATCH', `${name} is a share group.`, { field: 'group' });
  }
  return group;
}
