// Settings of a topic: defaults and a change become settings in force, or an error that names the field and its limit.

import { LIMITS, type RequestOf } from '@millrace/protocol';
import { type Refused, refuse } from '../decision.ts';
import type { TopicConfig } from '../rows.ts';
import { checkName } from './check-name.ts';
import { isCompacted } from './compacted.ts';
import { TOPIC_DEFAULTS } from './topic-defaults.ts';

/** A field that is null keeps its value or gets the default. */
export type TopicConfigChange = NonNullable<RequestOf<'CreateTopic'>['config']>;

type Checked = { readonly error?: undefined; readonly config: TopicConfig } | Refused;

/** Settings of a new topic. Where nothing was asked for, segments and the dedup window fit what is retained. [G-24] */
export function newTopicConfig(change: Partial<TopicConfigChange> | null): Checked {
  const config = merged(TOPIC_DEFAULTS, change);
  const { retentionBytes, retentionMs } = config;
  const bytes = retentionBytes === -1 ? config.segmentBytes : retentionBytes;
  const ms = retentionMs === -1 ? Number.POSITIVE_INFINITY : retentionMs;
  const fitting = {
    ...config,
    segmentBytes: change?.segmentBytes ?? Math.min(config.segmentBytes, bytes),
    segmentMs: change?.segmentMs ?? Math.min(config.segmentMs, ms),
    dedupWindowMs: change?.dedupWindowMs ?? Math.min(config.dedupWindowMs, ms),
  };
  return checkedSources(change) ?? checked(fitting);
}

/** Settings of a topic after a change. */
export function alteredTopicConfig(
  config: TopicConfig,
  change: Partial<TopicConfigChange> | null,
): Checked {
  return checkedSources(change) ?? checked(merged(config, change));
}

function merged(base: TopicConfig, change: Partial<TopicConfigChange> | null): TopicConfig {
  const deadLettersFrom = change?.deadLettersFrom ?? base.deadLettersFrom;
  const sources = change?.deadLetterSources ?? base.deadLetterSources;
  // A list that no longer says anything is not kept; one that is given all the same is refused.
  const isKept = deadLettersFrom === 'listed' || change?.deadLetterSources?.length;
  return {
    retentionMs: change?.retentionMs ?? base.retentionMs,
    retentionBytes: change?.retentionBytes ?? base.retentionBytes,
    segmentBytes: change?.segmentBytes ?? base.segmentBytes,
    segmentMs: change?.segmentMs ?? base.segmentMs,
    messageBytesMax: change?.messageBytesMax ?? base.messageBytesMax,
    messageTtlMs: change?.messageTtlMs ?? base.messageTtlMs,
    dedup: change?.dedup ?? base.dedup,
    dedupWindowMs: change?.dedupWindowMs ?? base.dedupWindowMs,
    dedupScope: change?.dedupScope ?? base.dedupScope,
    retentionAcked: change?.retentionAcked ?? base.retentionAcked,
    deadLettersFrom,
    deadLetterSources: isKept ? [...new Set(sources)] : [],
    cleanupPolicy: change?.cleanupPolicy ?? base.cleanupPolicy,
    compactionLagMs: change?.compactionLagMs ?? base.compactionLagMs,
    tombstoneRetentionMs: change?.tombstoneRetentionMs ?? base.tombstoneRetentionMs,
    compactionDirtyRatio: change?.compactionDirtyRatio ?? base.compactionDirtyRatio,
  };
}

/** Settings that are numbers. */
type Setting = {
  [N in keyof TopicConfig]: TopicConfig[N] extends number ? N : never;
}[keyof TopicConfig] &
  string;

interface Rule {
  readonly field: Setting | 'deadLetterSources' | 'deadLettersFrom';
  readonly breaks: (config: TopicConfig) => boolean;
  readonly limit: (config: TopicConfig) => string;
}

/** Checked in this order: first each field alone, then against each other. */
const RULES: readonly Rule[] = [
  least('retentionMs', LIMITS.retentionMsMin, 'ms', -1),
  least('retentionBytes', LIMITS.segmentBytesMin, 'bytes', -1),
  least('segmentBytes', LIMITS.segmentBytesMin, 'bytes'),
  most('segmentBytes', LIMITS.segmentBytesMax, 'bytes'),
  least('segmentMs', LIMITS.segmentMsMin, 'ms'),
  least('messageBytesMax', 1, 'bytes'),
  most('messageBytesMax', LIMITS.messageBytesMax, 'bytes'),
  least('messageTtlMs', 1, 'ms', -1),
  most('messageTtlMs', LIMITS.messageTtlMsMax, 'ms'),
  least('dedupWindowMs', LIMITS.dedupWindowMsMin, 'ms'),
  most('dedupWindowMs', LIMITS.dedupWindowMsMax, 'ms'),
  least('compactionLagMs', 0, 'ms'),
  most('compactionLagMs', LIMITS.compactionLagMsMax, 'ms'),
  least('tombstoneRetentionMs', 0, 'ms'),
  most('tombstoneRetentionMs', LIMITS.tombstoneRetentionMsMax, 'ms'),
  {
    field: 'compactionDirtyRatio',
    breaks: ({ compactionDirtyRatio: ratio }) => !(ratio >= 0 && ratio <= 1),
    limit: () => 'from 0 to 1',
  },
  {
    field: 'segmentBytes',
    breaks: (config) => config.retentionBytes !== -1 && config.segmentBytes > config.retentionBytes,
    limit: (config) => `at most retentionBytes, ${config.retentionBytes} bytes`,
  },
  {
    field: 'segmentMs',
    breaks: (config) => config.retentionMs !== -1 && config.segmentMs > config.retentionMs,
    limit: (config) => `at most retentionMs, ${config.retentionMs} ms`,
  },
  {
    field: 'dedupWindowMs',
    breaks: (config) =>
      config.dedup !== 'none' &&
      config.retentionMs !== -1 &&
      config.dedupWindowMs > config.retentionMs,
    limit: (config) => `at most retentionMs, ${config.retentionMs} ms`,
  },
  {
    field: 'deadLetterSources',
    breaks: (config) =>
      config.deadLettersFrom === 'listed' && config.deadLetterSources.length === 0,
    limit: () => 'a list of at least one topic where deadLettersFrom is listed',
  },
  {
    field: 'deadLetterSources',
    breaks: (config) => config.deadLettersFrom !== 'listed' && config.deadLetterSources.length > 0,
    limit: (config) => `left out where deadLettersFrom is ${config.deadLettersFrom}`,
  },
  {
    field: 'deadLettersFrom',
    breaks: (config) => isCompacted(config) && config.deadLettersFrom === 'listed',
    limit: ({ cleanupPolicy }) => `none or left out where cleanupPolicy is ${cleanupPolicy}`,
  },
];

function least(field: Setting, min: number, unit: string, unlimited?: number): Rule {
  return {
    field,
    breaks: (config) => config[field] < min && config[field] !== unlimited,
    limit: () => `at least ${min} ${unit}${unlimited === undefined ? '' : `, or ${unlimited}`}`,
  };
}

function most(field: Setting, max: number, unit: string): Rule {
  return {
    field,
    breaks: (config) => config[field] > max,
    limit: () => `at most ${max} ${unit}`,
  };
}

function checked(config: TopicConfig): Checked {
  for (const { field, breaks, limit } of RULES) {
    if (!breaks(config)) continue;
    const text = limit(config);
    const value = field === 'deadLetterSources' ? `[${config[field].join(', ')}]` : config[field];
    const message = `${field} is ${value}; it has to be ${text}.`;
    return refuse('INVALID_CONFIG', message, { field: `config.${field}`, limit: text });
  }
  return { config };
}

/** Topics that are listed need not exist, but could. Refused with INVALID_NAME. */
function checkedSources(change: Partial<TopicConfigChange> | null): Refused | undefined {
  for (const [at, name] of (change?.deadLetterSources ?? []).entries()) {
    const refusal = checkName(name, `config.deadLetterSources[${at}]`);
    if (refusal !== undefined) return refusal;
  }
  return undefined;
}
