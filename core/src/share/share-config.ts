// Settings of a share group: a base and a change become settings in force, or an error that names what contradicts.

import type { RequestOf } from '@millrace/protocol';
import { type Refused, refuse } from '../decision.ts';
import type { ShareConfig } from '../rows.ts';

/** A field that is null or absent keeps its value or gets the default. */
export type ShareConfigChange = Partial<NonNullable<RequestOf<'CreateShareGroup'>['config']>>;

type Checked = { readonly error?: undefined; readonly config: ShareConfig } | Refused;

/** Naming a dead-letter topic asks for it to be used, unless messages are to block. */
export function changedShareConfig(
  base: ShareConfig,
  change: ShareConfigChange | null,
  deadLetterTopic: string | null,
): Checked {
  const onExhausted = deadLetterTopic === null ? base.onExhausted : 'dlq';
  const config: ShareConfig = {
    visibilityTimeoutMs: change?.visibilityTimeoutMs ?? base.visibilityTimeoutMs,
    maxDeliveries: change?.maxDeliveries ?? base.maxDeliveries,
    backoff: change?.backoff ?? base.backoff,
    backoffBaseMs: change?.backoffBaseMs ?? base.backoffBaseMs,
    backoffFactor: change?.backoffFactor ?? base.backoffFactor,
    backoffMaxMs: change?.backoffMaxMs ?? base.backoffMaxMs,
    jitter: change?.jitter ?? base.jitter,
    onExhausted: change?.onExhausted ?? onExhausted,
    exhaustedAt: change?.exhaustedAt ?? base.exhaustedAt,
    fence: change?.fence ?? base.fence,
    ordering: change?.ordering ?? base.ordering,
    fairness: change?.fairness ?? base.fairness,
    maxInFlight: change?.maxInFlight ?? base.maxInFlight,
    onExpired: change?.onExpired ?? base.onExpired,
    resultTtlMs: change?.resultTtlMs ?? base.resultTtlMs,
    lateReceipts: change?.lateReceipts ?? base.lateReceipts,
    deadLetterLoops: change?.deadLetterLoops ?? base.deadLetterLoops,
  };
  return contradiction(config, deadLetterTopic) ?? { config };
}

/** Some message may be copied to a dead-letter topic without anybody asking for it. */
export function hasDeadLetters({ onExhausted, onExpired }: ShareConfig): boolean {
  return onExhausted === 'dlq' || onExpired === 'dlq';
}

/** Where messages block, operators may move them to a dead-letter topic; then one is named. [L-54] */
export function mayHaveDeadLetters(config: ShareConfig): boolean {
  return hasDeadLetters(config) || config.onExhausted === 'block';
}

/** Settings that cannot go together. [L-54] */
function contradiction(config: ShareConfig, deadLetterTopic: string | null): Refused | undefined {
  if (deadLetterTopic !== null && !mayHaveDeadLetters(config)) {
    const message = `onExhausted is ${config.onExhausted}: a dead-letter topic contradicts it.`;
    return refuse('INVALID_CONFIG', message, { field: 'deadLetterTopic' });
  }
  if (config.backoff !== 'none' && config.backoffBaseMs > config.backoffMaxMs) {
    const limit = `at most backoffMaxMs, ${config.backoffMaxMs} ms`;
    const message = `backoffBaseMs is ${config.backoffBaseMs}; it has to be ${limit}.`;
    return refuse('INVALID_CONFIG', message, { field: 'config.backoffBaseMs', limit });
  }
  if (
    config.ordering !== 'none' &&
    config.exhaustedAt === 'receive' &&
    config.onExhausted === 'block'
  ) {
    const message = 'Messages in the order of keys that block do so when their attempt ends.';
    return refuse('INVALID_CONFIG', message, { field: 'config.exhaustedAt', limit: 'end' });
  }
  if (config.ordering !== 'none' && config.fairness !== 'none') {
    const message = `ordering is ${config.ordering}: fairness among tenants would change the order.`;
    return refuse('INVALID_CONFIG', message, { field: 'config.fairness', limit: 'none' });
  }
  return unboundedLoop(config);
}

/** Each round of dead letters has to take a receive of somebody: what expires would go round by itself. [L-48] */
function unboundedLoop(config: ShareConfig): Refused | undefined {
  if (!config.deadLetterLoops) return undefined;
  for (const [field, limit] of [
    ['exhaustedAt', 'receive'],
    ['onExpired', 'drop'],
  ] as const) {
    if (config[field] === limit) continue;
    const message = `${field} is ${config[field]}: with deadLetterLoops it has to be ${limit}.`;
    return refuse('INVALID_CONFIG', message, { field: `config.${field}`, limit });
  }
  return undefined;
}

/** What messages wait by is in the rows of those that wait already. Undefined where neither changes. [L-69] */
export function changedLanes(base: ShareConfig, config: ShareConfig): Refused | undefined {
  for (const field of ['ordering', 'fairness'] as const) {
    if (base[field] === config[field]) continue;
    const message = `${field} stays as the group was created, ${base[field]}: make another group.`;
    return refuse('INVALID_CONFIG', message, { field: `config.${field}`, limit: base[field] });
  }
  return undefined;
}
