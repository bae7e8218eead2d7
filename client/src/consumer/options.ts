// What a consumer can be told, with its defaults.

import { randomUUID } from 'node:crypto';
import { LIMITS, MillraceError, type RequestInput } from '@millrace/protocol';
import type { Codec } from '../codecs.ts';
import {
  booleanOption,
  choiceOption,
  integerOption,
  NOT_NEGATIVE,
  nameOption,
  POSITIVE,
  type Range,
  signalOption,
  TIMEOUT_MS,
} from '../options-check.ts';
import type { ConsumerMessage } from './chunk.ts';
import type { Committer, OffsetSink } from './commits.ts';
import type { RebalanceListener } from './rebalance-calls.ts';
import { type Subscription, subscriptionOption, type TopicChoice } from './subscription.ts';

/** Where to begin reading. */
export type StartFrom =
  | 'earliest'
  | 'latest'
  | { readonly offset: number }
  /** The first record appended at or after this time, ms since 1970. */
  | { readonly timestampMs: number };

/** When the offsets of a consumer are committed. */
export type CommitMode =
  /** What is processed: every `commitIntervalMs`, when a partition is given back, and at close. */
  | 'auto'
  /** What is processed, at once: a handler's next message of the partition comes when the last one is committed. */
  | 'each'
  /** Only what `commit()` is called for. */
  | 'manual'
  /** Nothing: the group only shares the partitions. */
  | 'none';

/** How the partitions of a group are shared out. */
export type Assignor = NonNullable<RequestInput<'GroupHeartbeat'>['assignor']>;

/** What a consumer can be told. */
export interface ConsumerOptions<V> extends RebalanceListener {
  /** Names; in a group also patterns, which topics that are created later match as well. */
  readonly topics: TopicChoice | readonly TopicChoice[];
  /** Members of a group share the partitions. Absent: reads alone, all partitions or those named. */
  readonly group?: string | undefined;
  /** Without a group: only these partitions of every topic. */
  readonly partitions?: readonly number[] | undefined;
  /** Where nothing is committed; default 'earliest'. An offset past the end throws OFFSET_OUT_OF_RANGE. */
  readonly from?: StartFrom | undefined;
  /** Where the partition does not hold the offset any more; default 'earliest'. 'error': OFFSET_OUT_OF_RANGE. */
  readonly onOutOfRange?: 'earliest' | 'latest' | 'error' | undefined;
  /** Default 'auto' in a group. */
  readonly commit?: CommitMode | undefined;
  /** Default 5,000. */
  readonly commitIntervalMs?: number | undefined;
  /** With commit 'auto': committed also once so many offsets are processed since the last time. Default: no such bound. */
  readonly commitThreshold?: number | undefined;
  /** Names this member in its group; default: random. */
  readonly memberId?: string | undefined;
  /**
   * A static member, named by whoever starts it: who comes back under the name within the session gets back what it had.
   * close() keeps its place; `close({ leave: true })` gives it up.
   */
  readonly instanceId?: string | undefined;
  /** 'uniform' (even shares that move as little as they can) or 'range'. The group takes what most members ask for. */
  readonly assignor?: Assignor | undefined;
  /** Removed from the group after this long without a heartbeat, ms, from 1,000 to 30 minutes; default 45,000. */
  readonly sessionTimeoutMs?: number | undefined;
  /** A message (or batch) in hand for longer makes the consumer leave its group until it is done; default 300,000. */
  readonly maxProcessingMs?: number | undefined;
  /** The time for giving up partitions that go to another member, ms, from 1,000; default: maxProcessingMs. */
  readonly rebalanceTimeoutMs?: number | undefined;
  /** How long a fetch waits at the broker for records, ms, at most 60,000; default 30,000. */
  readonly maxWaitMs?: number | undefined;
  /** A fetch is answered once there are this many bytes; default 1. */
  readonly minBytes?: number | undefined;
  /** Bytes of one fetch, at most 12 MiB; default 1,000,000: buffers that are larger cost more than they save. */
  readonly fetchBytes?: number | undefined;
  /** Bytes fetched ahead, as encoded, shared by all partitions; default 32 MiB. */
  readonly maxBufferedBytes?: number | undefined;
  /** Messages of one ConsumerBatch at most; default 10,000. */
  readonly maxBatchMessages?: number | undefined;
  readonly codec?: Codec<V> | undefined;
  /**
   * 'throw' (default): reading `message.value` throws CODEC_FAILED. 'skip': the message is logged and passed over. A
   * function: it is called, then the message is passed over.
   */
  readonly onDecodeError?:
    | 'throw'
    | 'skip'
    | ((error: MillraceError, message: ConsumerMessage<V>) => void)
    | undefined;
  /** Checks the checksum of every batch; default true. */
  readonly verifyChecksums?: boolean | undefined;
  /** Closes the consumer. */
  readonly signal?: AbortSignal | undefined;
}

type Given<V> = Required<
  Omit<
    ConsumerOptions<V>,
    | 'group'
    | 'partitions'
    | 'signal'
    | 'topics'
    | 'instanceId'
    | 'assignor'
    | 'commitThreshold'
    | keyof RebalanceListener
  >
>;

export type ConsumerSettings<V> = {
  readonly [N in keyof Given<V>]: NonNullable<Given<V>[N]>;
} & Subscription &
  RebalanceListener & {
    readonly group: string | undefined;
    readonly partitions: readonly number[] | undefined;
    readonly instanceId: string | null;
    readonly assignor: Assignor | null;
    readonly commitThreshold: number | null;
    /** Offsets go elsewhere than to the broker alone; said by what is built on a consumer, never by its caller. */
    readonly newSink?: (committer: Committer) => OffsetSink;
  };

const SESSION: Range = { min: LIMITS.sessionTimeoutMsMin, max: LIMITS.sessionTimeoutMsMax };
const REBALANCE: Range = {
  min: LIMITS.rebalanceTimeoutMsMin,
  max: LIMITS.rebalanceTimeoutMsMax,
};
const ASSIGNORS: readonly Assignor[] = ['uniform', 'range'];
const WAIT: Range = { min: 0, max: LIMITS.fetchWaitMsMax };
const FETCH_BYTES: Range = { min: 1, max: LIMITS.fetchBytesMax };
const POSITIONS = ['earliest', 'latest'] as const;
const COMMIT_MODES = ['auto', 'each', 'manual', 'none'] as const;

function startOption(from: StartFrom): StartFrom {
  if (typeof from === 'object' && from !== null) {
    if ('offset' in from) integerOption('from.offset', from.offset, NOT_NEGATIVE);
    else integerOption('from.timestampMs', from.timestampMs, NOT_NEGATIVE);
    return from;
  }
  return choiceOption('from', from, POSITIONS);
}

/** Where a consumer is to go on. */
export type SeekPlace = Exclude<StartFrom, { readonly offset: number }>;

/** Throws INVALID_CONFIG. */
export function seekPlace(where: SeekPlace): SeekPlace {
  return startOption(where) as SeekPlace;
}

function partitionsOption(partitions: readonly number[] | undefined): typeof partitions {
  if (partitions === undefined) return undefined;
  const isList: boolean = Array.isArray(partitions);
  if (!isList || partitions.length === 0) {
    const limit = { field: 'partitions', limit: '1 partition' };
    throw new MillraceError('INVALID_CONFIG', 'partitions names at least one.', limit);
  }
  partitions.forEach((partition) => {
    integerOption('partitions', partition, { min: 0, max: LIMITS.partitionsPerTopicMax - 1 });
  });
  return partitions;
}

function instanceOption(instanceId: string | undefined, hasGroup: boolean): string | null {
  if (instanceId === undefined) return null;
  const limit = LIMITS.memberIdBytesMax;
  if (hasGroup) return nameOption('instanceId', instanceId, limit);
  const text = 'instanceId names a member of a group.';
  throw new MillraceError('INVALID_CONFIG', text, {
    field: 'instanceId',
    limit: `${limit} bytes`,
  });
}

/** Whether the broker takes the name it says. */
function groupOption(group: string | undefined): string | undefined {
  return group === undefined ? undefined : nameOption('group', group, LIMITS.groupNameBytesMax);
}

function codecOption<V>(codec: Codec<V>): Codec<V> {
  if (typeof codec?.encode === 'function' && typeof codec.decode === 'function') return codec;
  const text = 'codec is an object that can encode and decode, such as codecs.json().';
  throw new MillraceError('INVALID_CONFIG', text, { field: 'codec' });
}

type OnDecodeError<V> = NonNullable<ConsumerOptions<V>['onDecodeError']>;

function onDecodeErrorOption<V>(given: OnDecodeError<V>): OnDecodeError<V> {
  if (typeof given === 'function') return given;
  return choiceOption('onDecodeError', given, ['throw', 'skip']);
}

function thresholdOption(commitThreshold: number | undefined): number | null {
  if (commitThreshold === undefined) return null;
  return integerOption('commitThreshold', commitThreshold, POSITIVE);
}

function listenerOption<V>(options: ConsumerOptions<V>): RebalanceListener {
  const { onAssigned, onRevoked, onLost } = options;
  for (const [field, given] of Object.entries({ onAssigned, onRevoked, onLost })) {
    if (given === undefined || (typeof given === 'function' && options.group !== undefined))
      continue;
    const text = `${field} is a function, for members of a group.`;
    throw new MillraceError('INVALID_CONFIG', text, { field });
  }
  return { onAssigned, onRevoked, onLost };
}

function assignorOption(assignor: Assignor | undefined): Assignor | null {
  return assignor === undefined ? null : choiceOption('assignor', assignor, ASSIGNORS);
}

/** The time that one message may take is also the time that others have to wait for its partition. */
function rebalanceOption(rebalanceTimeoutMs: number | undefined, maxProcessingMs: number): number {
  const { min, max } = REBALANCE;
  const value = rebalanceTimeoutMs ?? Math.min(max, Math.max(min, maxProcessingMs));
  return integerOption('rebalanceTimeoutMs', value, REBALANCE);
}

/** Throws INVALID_CONFIG. */
export function consumerSettings<V>(
  options: ConsumerOptions<V>,
  defaults: { readonly codec: Codec<V> },
): ConsumerSettings<V> {
  const { partitions } = options;
  const group = groupOption(options.group);
  signalOption(options.signal);
  if (group !== undefined && partitions !== undefined) {
    throw new MillraceError('INVALID_CONFIG', 'A group gives its members their partitions.');
  }
  if (group === undefined && (options.commit ?? 'none') !== 'none') {
    throw new MillraceError('INVALID_CONFIG', 'Offsets can be committed in a group only.');
  }
  const maxProcessingMs = options.maxProcessingMs ?? 300_000;
  return {
    ...subscriptionOption(options.topics, group !== undefined),
    group,
    partitions: partitionsOption(partitions),
    from: startOption(options.from ?? 'earliest'),
    onOutOfRange: choiceOption('onOutOfRange', options.onOutOfRange ?? 'earliest', [
      ...POSITIONS,
      'error',
    ]),
    commit: choiceOption(
      'commit',
      options.commit ?? (group === undefined ? 'none' : 'auto'),
      COMMIT_MODES,
    ),
    commitIntervalMs: integerOption(
      'commitIntervalMs',
      options.commitIntervalMs ?? 5_000,
      TIMEOUT_MS,
    ),
    commitThreshold: thresholdOption(options.commitThreshold),
    ...listenerOption(options),
    memberId: nameOption(
      'memberId',
      options.memberId ?? `consumer-${randomUUID()}`,
      LIMITS.memberIdBytesMax,
    ),
    sessionTimeoutMs: integerOption(
      'sessionTimeoutMs',
      options.sessionTimeoutMs ?? 45_000,
      SESSION,
    ),
    instanceId: instanceOption(options.instanceId, group !== undefined),
    assignor: assignorOption(options.assignor),
    maxProcessingMs: integerOption('maxProcessingMs', maxProcessingMs, TIMEOUT_MS),
    rebalanceTimeoutMs: rebalanceOption(options.rebalanceTimeoutMs, maxProcessingMs),
    maxWaitMs: integerOption('maxWaitMs', options.maxWaitMs ?? 30_000, WAIT),
    minBytes: integerOption('minBytes', options.minBytes ?? 1, {
      min: 0,
      max: LIMITS.fetchBytesMax,
    }),
    fetchBytes: integerOption('fetchBytes', options.fetchBytes ?? 1_000_000, FETCH_BYTES),
    maxBufferedBytes: integerOption(
      'maxBufferedBytes',
      options.maxBufferedBytes ?? 32 * 1024 * 1024,
      POSITIVE,
    ),
    maxBatchMessages: integerOption(
      'maxBatchMessages',
      options.maxBatchMessages ?? 10_000,
      POSITIVE,
    ),
    codec: codecOption(options.codec ?? defaults.codec),
    onDecodeError: onDecodeErrorOption(options.onDecodeError ?? 'throw'),
    verifyChecksums: booleanOption('verifyChecksums', options.verifyChecksums ?? true),
  };
}
