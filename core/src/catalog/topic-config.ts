// Settings of a topic: defaults and a change become settings in force, or an error that names the field and its limit.

import { LIMITS, type RequestOf } from '@millrace/protocol';
import { type Refused, refuse } from '../decision.ts';
import type { TopicConfig } from '../rows.ts';
import { TOPIC_DEFAULTS } from './topic-defaults.ts';

/** A field that is null keeps its value or gets the default. */
export type TopicConfigChange = NonNullable<RequestOf<'CreateTopic'>['config']>;

type Checked = { readonly error?: undefined; readonly config: TopicConfig } | Refused;

/** Settings of a new topic. A segment never outgrows what is retained, unless it was asked for: then it is refused. */
export function newTopicConfig(change: Partial<TopicConfigChange> | null): Checked {
  const config = merged(TOPIC_DEFAULTS, change);
  const { retentionBytes, retentionMs } = config;
  const bytes = retentionBytes === -1 ? config.segmentBytes : retentionBytes;
  const ms = retentionMs === -1 ? config.segmentMs : retentionMs;
  return checked({
    ...config,
    segmentBytes: change?.segmentBytes ?? Math.min(config.segmentBytes, bytes),
    segmentMs: change?.segmentMs ?? Math.min(config.segmentMs, ms),
  });
}

/** Settings of a topic after a change. */
export function alteredTopicConfig(
  config: TopicConfig,
  change: Partial<TopicConfigChange> | null,
): Checked {
  return checked(merged(config, change));
}

function merged(base: TopicConfig, change: Partial<TopicConfigChange> | null): TopicConfig {
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
    deadLettersFrom: change?.deadLettersFrom ?? base.deadLettersFrom,
    deadLetterSources: change?.deadLetterSources ?? base.deadLetterSources,
  };
}

/** Settings that are numbers. */
type Setting = {
  [N in keyof TopicConfig]: TopicConfig[N] extends number ? N : never;
}[keyof TopicConfig] &
  string;

interface Rule {
  readonly field: Setting;
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
    const message = `${field} is ${config[field]}; it has to be ${text}.`;
    return refuse('INVALID_CONFIG', message, { field: `config.${field}`, limit: text });
  }
  return { config };
}
