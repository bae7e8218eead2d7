// What a producer can be told, with its defaults.

import { type CodecName, LIMITS, MillraceError } from '@millrace/protocol';
import type { Codec } from '../codecs.ts';
import { integerOption, POSITIVE, TIMEOUT_MS, TIMER_MS } from '../options-check.ts';
import { checkedCompression } from './compression.ts';

/** What a producer can be told. */
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
  /** Produce requests on their way; default 8. */
  readonly maxInFlight?: number | undefined;
  /**
   * Batches of one partition on their way, 1 to 5; default 5, or 1 where `idempotent` is false. They are appended in
   * order, whatever is lost and sent again.
   */
  readonly maxInFlightPerPartition?: number | undefined;
  /**
   * Each message is appended once, however often it has to be sent; default true. If false a batch is not sent again
   * once nobody can tell whether it was appended: OUTCOME_UNKNOWN.
   */
  readonly idempotent?: boolean | undefined;
  /**
   * Names the producer, 1 to 128 bytes: from the moment another producer of this name sends, all that this one sends
   * fails with PRODUCER_FENCED. Default: none, and nobody takes over.
   */
  readonly name?: string | undefined;
  /** From send() to the outcome, ms; default: the client's requestTimeoutMs. */
  readonly deliveryTimeoutMs?: number | undefined;
}

export type ProducerSettings<V> = {
  readonly [N in Exclude<keyof ProducerOptions<V>, 'name'>]-?: NonNullable<ProducerOptions<V>[N]>;
} & { readonly name: string | undefined };

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
    ...idempotence(options),
    deliveryTimeoutMs: integerOption(
      'deliveryTimeoutMs',
      options.deliveryTimeoutMs ?? defaults.deliveryTimeoutMs,
      TIMEOUT_MS,
    ),
  };
}

function idempotence<V>({
  idempotent = true,
  name,
  maxInFlightPerPartition,
}: ProducerOptions<V>): Pick<
  ProducerSettings<V>,
  'idempotent' | 'name' | 'maxInFlightPerPartition'
> {
  if (typeof idempotent !== 'boolean') {
    const text = `idempotent is true or false, not ${String(idempotent)}.`;
    throw new MillraceError('INVALID_CONFIG', text, { field: 'idempotent' });
  }
  // What is sent again would come behind what was sent later.
  const max = idempotent ? LIMITS.producerBatchesInFlightMax : 1;
  const batches = integerOption('maxInFlightPerPartition', maxInFlightPerPartition ?? max, {
    ...POSITIVE,
    max,
  });
  if (name !== undefined) checkName(name, idempotent);
  return { idempotent, name, maxInFlightPerPartition: batches };
}

function checkName(name: string, idempotent: boolean): void {
  const size = typeof name === 'string' ? Buffer.byteLength(name) : 0;
  const max = LIMITS.producerNameBytesMax;
  const fault =
    size < 1 || size > max
      ? `name is a text of 1 to ${max} bytes.`
      : idempotent
        ? undefined
        : 'Only an idempotent producer has a name.';
  if (fault === undefined) return;
  throw new MillraceError('INVALID_CONFIG', fault, { field: 'name', limit: `${max} bytes` });
}
