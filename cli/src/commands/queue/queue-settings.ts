// The settings of a queue (share group) as options, for `queue create` and `queue alter`, and as text for people.

import type { ShareGroupDescription } from '@millrace/client';
import { choice, option, optionWith, type ValuesOf } from '../../command.ts';
import { count, decimal } from '../../input/count.ts';
import { parseDuration } from '../../input/duration.ts';
import { parseStart, type StartPosition } from '../../input/position.ts';
import { isOn, onOff } from '../../input/switch.ts';
import { formatCount, formatDuration } from '../../output/format.ts';

export const QUEUE_SETTINGS = {
  visibility: option(
    '--visibility <duration>',
    'how long a lease lasts before the message is delivered again',
    parseDuration,
  ),
  maxDeliveries: option(
    '--max-deliveries <count>',
    'deliveries before a message is dead; or unlimited',
    parseUnlimited,
  ),
  backoff: choice('--backoff <kind>', 'how the pause after a failed delivery grows', [
    'none',
    'fixed',
    'exponential',
  ]),
  backoffBase: option(
    '--backoff-base <duration>',
    'pause after the first failed delivery',
    parseDuration,
  ),
  backoffFactor: option(
    '--backoff-factor <number>',
    'growth of the pause per delivery',
    decimal(1, 100),
  ),
  backoffMax: option('--backoff-max <duration>', 'longest pause', parseDuration),
  jitter: choice('--jitter <kind>', 'what part of the pause is random', ['none', 'equal', 'full']),
  onExhausted: choice(
    '--on-exhausted <what>',
    'what happens to a message without deliveries left: dead with a copy, dead, or blocked until somebody decides',
    ['dlq', 'drop', 'block'],
  ),
  exhaustedAt: choice(
    '--exhausted-at <when>',
    'when that is found: at the end of an attempt, or at the next receive as in Amazon SQS',
    ['end', 'receive'],
  ),
  fence: onOff('--fence <state>', 'only the newest receipt of a message is valid; off: older too'),
  ordering: choice(
    '--ordering <how>',
    'messages of one key one after the other (fifo: as the FIFO queues of Amazon SQS do it), or no order',
    ['none', 'key', 'fifo'],
  ),
  fairness: choice('--fairness <to-whom>', 'serve quiet tenants before noisy ones, or nobody', [
    'none',
    'tenant',
  ]),
  maxInFlight: option(
    '--max-in-flight <count>',
    'messages leased at a time in a partition; or unlimited',
    parseUnlimited,
  ),
  onExpired: choice('--on-expired <what>', 'what happens to a message that expired', [
    'drop',
    'dlq',
  ]),
  resultTtl: option(
    '--result-ttl <duration>',
    'how long results of messages are kept; 0: not at all',
    parseDuration,
  ),
  lateReceipts: choice(
    '--late-receipts <what>',
    'accept a receipt whose lease has ended while nobody else has the message, or refuse it',
    ['accept', 'refuse'],
  ),
  deadLetterLoops: onOff(
    '--dead-letter-loops <state>',
    'dead letters may come back to a topic that they left; with --exhausted-at receive alone',
  ),
};

export const START = optionWith<StartPosition>(
  '--start <position>',
  'where it begins in its topics: earliest, latest, a time, or -15m',
  parseStart,
  'earliest',
);

export const DEAD_LETTERS = option(
  '--dead-letters <topic>',
  'topic that takes dead messages (default <topic>.dlq, which is created)',
);

function parseUnlimited(text: string): number {
  return text.trim() === 'unlimited' ? 0 : count(1)(text);
}

/** The settings given, as the API takes them; undefined where none are. */
export function queueConfig(values: ValuesOf<typeof QUEUE_SETTINGS>) {
  const config = {
    visibilityTimeoutMs: values.visibility,
    maxDeliveries: values.maxDeliveries,
    backoff: values.backoff,
    backoffBaseMs: values.backoffBase,
    backoffFactor: values.backoffFactor,
    backoffMaxMs: values.backoffMax,
    jitter: values.jitter,
    onExhausted: values.onExhausted,
    exhaustedAt: values.exhaustedAt,
    fence: isOn(values.fence),
    ordering: values.ordering,
    fairness: values.fairness,
    maxInFlight: values.maxInFlight,
    onExpired: values.onExpired,
    resultTtlMs: values.resultTtl,
    lateReceipts: values.lateReceipts,
    deadLetterLoops: isOn(values.deadLetterLoops),
  };
  return Object.values(config).some((value) => value !== undefined) ? config : undefined;
}

type QueueConfig = ShareGroupDescription['config'];

export function deliveriesText({ maxDeliveries }: QueueConfig): string {
  return maxDeliveries === 0 ? 'unlimited' : String(maxDeliveries);
}

export function backoffText(config: QueueConfig): string {
  const { backoff, backoffBaseMs, backoffFactor, backoffMaxMs, jitter } = config;
  if (backoff === 'none') return 'none';
  const base = formatDuration(backoffBaseMs);
  if (backoff === 'fixed') return `fixed, ${base}, jitter ${jitter}`;
  const growth = `${base} by ${backoffFactor} to ${formatDuration(backoffMaxMs)}`;
  return `exponential, ${growth}, jitter ${jitter}`;
}

function receiptsText({ fence, lateReceipts }: QueueConfig): string {
  if (lateReceipts === 'refuse') return 'the newest only, until its lease ends';
  return fence ? 'the newest only' : 'older ones too';
}

const ORDERED: { readonly [W in QueueConfig['ordering']]: string } = {
  none: 'none',
  key: 'by key',
  fifo: 'by key, as FIFO queues',
};

const EXHAUSTED: { readonly [W in QueueConfig['onExhausted']]: string } = {
  dlq: 'to the dead-letter topic',
  drop: 'dropped',
  block: 'blocked until somebody decides',
};

/** Name and value of each setting, for `queue describe`. */
export function settingLines(config: QueueConfig): readonly (readonly [string, string])[] {
  const { maxInFlight, exhaustedAt } = config;
  const found = exhaustedAt === 'end' ? 'at the end of an attempt' : 'at the next receive';
  return [
    ['visibility', formatDuration(config.visibilityTimeoutMs)],
    ['deliveries', deliveriesText(config)],
    ['backoff', backoffText(config)],
    ['exhausted', `${EXHAUSTED[config.onExhausted]}, found ${found}`],
    ['expired', config.onExpired === 'dlq' ? 'to the dead-letter topic' : 'dropped'],
    ['receipts', receiptsText(config)],
    ['ordering', ORDERED[config.ordering]],
    ['fairness', config.fairness === 'tenant' ? 'between tenants' : 'none'],
    ['in flight', maxInFlight === 0 ? 'unlimited' : `${formatCount(maxInFlight)} a partition`],
    [
      'results',
      config.resultTtlMs === 0 ? 'not kept' : `kept ${formatDuration(config.resultTtlMs)}`,
    ],
  ];
}
