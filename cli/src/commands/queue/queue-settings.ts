// The settings of a queue (share group) as options, for `queue create` and `queue alter`, and as text for people.

import type { ShareGroupDescription } from '@millrace/client';
import { choice, option, optionWith, type ValuesOf } from '../../command.ts';
import { count, decimal } from '../../input/count.ts';
import { parseDuration } from '../../input/duration.ts';
import { parseStart, type StartPosition } from '../../input/position.ts';
import { formatDuration } from '../../output/format.ts';

export const QUEUE_SETTINGS = {
  visibility: option(
    '--visibility <duration>',
    'how long a lease lasts before the message is delivered again',
    parseDuration,
  ),
  maxDeliveries: option(
    '--max-deliveries <count>',
    'deliveries before a message is dead; or unlimited',
    parseDeliveries,
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
  onExhausted: choice('--on-exhausted <what>', 'what happens to a dead message', ['dlq', 'drop']),
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

function parseDeliveries(text: string): number {
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
