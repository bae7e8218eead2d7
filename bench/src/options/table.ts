// Every option of the bench, once. Parsing, --help, the reference page and the type Settings derive from this table.
// Defaults here are those of options that a workload does not set for itself.

import { CODECS, LIMITS } from '@millrace/protocol';
import { PAYLOADS } from '../workloads/payload.ts';

export interface NumberOption {
  /** `seconds` may have a fraction, a `count` may not. */
  readonly kind: 'count' | 'seconds';
  readonly min: number;
  readonly max: number;
  readonly fallback: number;
  readonly about: string;
}

export interface ChoiceOption {
  readonly kind: 'choice';
  readonly values: readonly string[];
  readonly fallback: string;
  readonly about: string;
}

export type OptionSpec = NumberOption | ChoiceOption;

const COUNT = { kind: 'count', min: 1 } as const;
const PERCENT = { kind: 'count', min: 0, max: 100 } as const;
const SECONDS = { kind: 'seconds', min: 0.1, max: 86_400 } as const;

export const OPTIONS = {
  duration: { ...SECONDS, fallback: 5, about: 'Length of a measured run.' },
  warmup: {
    ...SECONDS,
    min: 0,
    fallback: 2,
    about: 'Length of the run before, which counts for nothing.',
  },
  runs: { ...COUNT, max: 1_000, fallback: 5, about: 'Measured runs.' },
  recordBytes: {
    ...COUNT,
    min: 8,
    max: LIMITS.messageBytesMax - 1_024,
    fallback: 100,
    about: "Bytes of a record's value.",
  },
  partitions: {
    ...COUNT,
    max: LIMITS.partitionsPerTopicMax,
    fallback: 8,
    about: 'Partitions of the topic.',
  },
  topics: { ...COUNT, max: LIMITS.topicsMax, fallback: 10, about: 'Topics.' },
  consumers: { ...COUNT, max: 10_000, fallback: 500, about: 'Consumers.' },
  connections: {
    ...COUNT,
    max: 10_000,
    fallback: 1_000,
    about: 'Connections to the broker; each consumer has one of its own while there are enough.',
  },
  batch: {
    ...COUNT,
    max: LIMITS.batchRecordsMax,
    fallback: 1_000,
    about: 'Records of a batch; of large records fewer by default, 1 MiB in all.',
  },
  inFlight: {
    ...COUNT,
    max: 10_000,
    fallback: 8,
    about: 'Operations waiting for their outcome at a time.',
  },
  backlog: {
    ...COUNT,
    max: 1_000_000_000,
    fallback: 1_000_000,
    about: 'Records in the topic before the first run.',
  },
  keys: {
    ...COUNT,
    max: 10_000_000,
    fallback: 10_000,
    about: 'Different keys of the records.',
  },
  outstanding: {
    ...COUNT,
    max: 100_000_000,
    fallback: 1_000_000,
    about: 'Messages that are leased, each apart from the others, while the rest is worked off.',
  },
  rate: {
    ...COUNT,
    max: 10_000_000,
    fallback: 10_000,
    about: 'Records a second, sent whether or not others came back.',
  },
  window: { ...SECONDS, min: 1, fallback: 5, about: 'Retention of the topic.' },
  windows: { ...COUNT, min: 6, max: 10_000, fallback: 10, about: 'Retention windows to pass.' },
  payload: {
    kind: 'choice',
    values: PAYLOADS,
    fallback: 'random',
    about: 'What values look like: bytes that do not compress, words, or JSON objects.',
  },
  compression: {
    kind: 'choice',
    values: CODECS,
    fallback: 'none',
    about: 'Of the batches, by the producer; not every codec is in every installation.',
  },
  groups: { ...COUNT, max: 1_000, fallback: 10, about: 'Groups, each of which reads everything.' },
  queuePercent: {
    ...PERCENT,
    fallback: 50,
    about: 'Part of the records that are queue work, in percent; the others are read as a log.',
  },
  delayedPercent: {
    ...PERCENT,
    fallback: 5,
    about: 'Part of the queue work that is delayed by up to a second, in percent.',
  },
  retryPercent: {
    ...PERCENT,
    fallback: 5,
    about: 'Part of the queue work whose first attempt fails, in percent.',
  },
  rateMax: {
    ...COUNT,
    min: 0,
    max: 10_000_000,
    fallback: 0,
    about: 'Records a second at most; 0: as many as can be worked off.',
  },
  sync: {
    kind: 'choice',
    values: ['always', 'os'],
    fallback: 'always',
    about:
      'Of the broker: replies wait for the flush to the disk, or only for the system to have the data.',
  },
} as const satisfies Record<string, OptionSpec>;

export type OptionName = keyof typeof OPTIONS;

type ValueOf<S> = S extends { readonly values: readonly (infer V)[] } ? V : number;

/** Times in seconds. */
export type Settings = { readonly [N in OptionName]: ValueOf<(typeof OPTIONS)[N]> };

export const OPTION_NAMES = Object.keys(OPTIONS) as OptionName[];

export function specOf(name: OptionName): OptionSpec {
  return OPTIONS[name];
}

/** `inFlight` as a flag: `in-flight`. */
export function flagOf(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

/** What stands behind the flag in help. */
export function nounOf(spec: Omit<NumberOption, 'fallback'> | ChoiceOption): string {
  if (spec.kind === 'choice') return spec.values.join('|');
  return spec.kind === 'seconds' ? 's' : 'n';
}

const BATCH_BYTES = 2 ** 20;
const BATCH_BYTES_MAX = 4 * BATCH_BYTES;

/** Records of a batch of reasonable size: `records`, or as many as make 1 MiB. */
export function recordsWithin(records: number, recordBytes: number): number {
  return Math.max(1, Math.min(records, Math.floor(BATCH_BYTES / recordBytes)));
}

/** Larger batches the client divides. */
export function isBatchTooLarge({ batch, recordBytes }: Settings): boolean {
  return batch > 1 && batch * recordBytes > BATCH_BYTES_MAX;
}
