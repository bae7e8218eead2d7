// Quotas over the users of a shard. Wiring, no logic.

import type { Shard } from '../shard/shard.ts';
import { type QuotaOptions, Quotas } from './quotas.ts';

export function openQuotas(options: QuotaOptions, shard: Shard): Quotas {
  return new Quotas({
    options,
    quotasOf: (user) => shard.peek(({ security }) => security.userByName(user)?.quotas),
    nowMs: () => performance.now(),
  });
}
