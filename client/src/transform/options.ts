// What a transformer can be told, with its defaults.

import { randomUUID } from 'node:crypto';
import { type CodecName, codecsAvailable, MillraceError } from '@millrace/protocol';
import type { Codec } from '../codecs.ts';
import type { ConsumerBatch } from '../consumer/chunk.ts';
import {
  type ConsumerOptions,
  type ConsumerSettings,
  consumerSettings,
} from '../consumer/options.ts';
import type { Message } from '../message.ts';
import { choiceOption, integerOption, POSITIVE } from '../options-check.ts';
import type { BatchMessage } from '../producer/outgoing.ts';
import type { ProduceOptions } from './outputs.ts';

/** What a handler of a transformer gets beside its input. */
export interface TransformContext {
  /**
   * Appends a message to a topic, in one commit with all else that this call produces and with the input's offset, and only
   * if the handler does not throw. Throws CODEC_FAILED, MESSAGE_TOO_LARGE, INVALID_REQUEST, LIMIT_EXCEEDED at once.
   */
  readonly produce: (
    topic: string,
    message: BatchMessage<unknown>,
    options?: ProduceOptions,
  ) => void;
  /** Aborted when the partition goes to another member, or when the transformer closes and its time is over. */
  readonly signal: AbortSignal;
}

/** Neighbouring messages of one partition, in order. */
export type TransformBatch<V> = Omit<ConsumerBatch<V>, 'commit' | 'messages'> & {
  readonly messages: readonly Message<V>[];
};

type OfConsumer<V> = Omit<
  ConsumerOptions<V>,
  'group' | 'partitions' | 'commit' | 'commitIntervalMs' | 'signal'
>;

/** Of the options of consumers all that are about reading; and one of the two handlers. */
export interface TransformerOptions<V> extends OfConsumer<V> {
  /** Members share the partitions; what is done is committed in its name. */
  readonly group: string;
  /** Makes outputs of one message. What it throws ends the transformer; nothing of that call is sent. */
  readonly eachMessage?: (message: Message<V>, context: TransformContext) => unknown;
  /** Makes outputs of several messages of a partition at once, which are committed together. */
  readonly eachBatch?: (batch: TransformBatch<V>, context: TransformContext) => unknown;
  /** Partitions handled at a time; default 8. Within a partition one call follows the other. */
  readonly concurrency?: number | undefined;
  /** Of what is produced; default: the client's. */
  readonly outputCodec?: Codec<unknown> | undefined;
  /** Of the batches that are produced; default 'none'. */
  readonly compression?: CodecName | undefined;
  /** Bytes produced that are not committed yet, over all partitions; default 32 MiB. Then handlers wait. */
  readonly maxUncommittedBytes?: number | undefined;
  /** Closes the transformer. */
  readonly signal?: AbortSignal | undefined;
}

export interface TransformerSettings<V> {
  readonly consumer: ConsumerSettings<V>;
  readonly group: string;
  readonly handle: (input: Message<V> | TransformBatch<V>, context: TransformContext) => unknown;
  readonly isBatch: boolean;
  readonly concurrency: number;
  readonly outputCodec: Codec<unknown>;
  readonly compression: CodecName;
  readonly maxUncommittedBytes: number;
}

/** Throws INVALID_CONFIG. */
export function transformerSettings<V>(
  options: TransformerOptions<V>,
  codec: Codec<unknown>,
): TransformerSettings<V> {
  const { group, eachMessage, eachBatch, concurrency, maxUncommittedBytes, ...rest } = options;
  const { signal: _signal, outputCodec, compression, ...reading } = rest;
  const handle = eachMessage ?? eachBatch;
  const isOne = (eachMessage === undefined) !== (eachBatch === undefined);
  if (!isOne || typeof handle !== 'function') {
    const text = 'A transformer has either eachMessage or eachBatch, a function.';
    throw new MillraceError('INVALID_CONFIG', text, { field: 'eachMessage' });
  }
  if (typeof group !== 'string' || group === '') {
    const text = 'A transformer works in a group: its name is missing.';
    throw new MillraceError('INVALID_CONFIG', text, { field: 'group' });
  }
  const memberId = options.memberId ?? `transformer-${randomUUID()}`;
  const consumer = { ...reading, memberId, group, commit: 'auto' as const };
  return {
    consumer: consumerSettings(consumer, { codec: codec as Codec<V> }),
    group,
    handle: handle as TransformerSettings<V>['handle'],
    isBatch: eachBatch !== undefined,
    concurrency: integerOption('concurrency', concurrency ?? 8, POSITIVE),
    outputCodec: outputCodec ?? codec,
    compression: choiceOption('compression', compression ?? 'none', codecsAvailable()),
    maxUncommittedBytes: integerOption(
      'maxUncommittedBytes',
      maxUncommittedBytes ?? 32 * 1024 * 1024,
      POSITIVE,
    ),
  };
}
