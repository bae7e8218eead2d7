// What a producer can be told, with its defaults.

import { type CodecName, LIMITS } from '@millrace/protocol';
import type { Codec } from '../codecs.ts';
import { integerOption, POSITIVE, TIMEOUT_MS, TIMER_MS } from '../options-check.ts';
import { checkedCompression } from './compression.ts';

export interface ProducerOptions<V> {
  readonly codec?: Codec<V> | undefined;
  /**
   * Of batches; default 'none'. 'gzip' and 'brotli' are always there; 'zstd' from Node.js 22.15 on; 'snappy' and 'lz4'
   * where the packages snappy and lz4-napi are installed. See `registerCodec` for others.
   */
  readonly compression?: CodecName | undefined;
  /**
   * Messages wait this long for others of their partition, ms. Default 0: they leave at the end of the tick, and those
   * that come while a batch of their partition is on its way leave together.
   */
  readonly lingerMs?: number | undefined;
  /** A batch is full at about this size, bytes; default 256 KiB. */
  readonly batchBytes?: number | undefined;
  /** Messages without an outcome, bytes; default 32 MiB. Then send() waits. */
  readonly maxBufferedBytes?: number | undefined;
  /** Produce requests on their way; default 8. A partition never has more than one batch on its way. */
  readonly maxInFlight?: number | undefined;
  /** From send() to the outcome, ms; default: the client's requestTimeoutMs. */
  readonly deliveryTimeoutMs?: number | undefined;
}

export type ProducerSettings<V> = {
  readonly [N in keyof ProducerOptions<V>]-?: NonNullable<ProducerOptions<V>[N]>;
};

/** A batch grows past its size by one message at most, and must still fit. */
const BATCH_BYTES_MAX = LIMITS.batchBytesMax - 2 * LIMITS.messageBytesMax;

/** Throws INVALID_CONFIG, or UNSUPPORTED_CODEC where this process lacks the codec. */
export function producerSettings<V>(
  options: ProducerOptions<V>,
  defaults: { readonly codec: Codec<V>; readonly deliveryTimeoutMs: number },
): ProducerSettings<V> {
  return {
    codec: options.codec ?? defaults.codec,
    compression: checkedCompression(options.compression ?? 'none'),
    lingerMs: integerOption('lingerMs', options.lingerMs ?? 0, TIMER_MS),
    batchBytes: Math.min(
      integerOption('batchBytes', options.batchBytes ?? 256 * 1024, POSITIVE),
      BATCH_BYTES_MAX,
    ),
    maxBufferedBytes: integerOption(
      'maxBufferedBytes',
      options.maxBufferedBytes ?? 32 * 1024 * 1024,
      POSITIVE,
    ),
    maxInFlight: integerOption('maxInFlight', options.maxInFlight ?? 8, POSITIVE),
    deliveryTimeoutMs: integerOption(
      'deliveryTimeoutMs',
      options.deliveryTimeoutMs ?? defaults.deliveryTimeoutMs,
      TIMEOUT_MS,
    ),
  };
}
