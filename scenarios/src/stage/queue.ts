// Queues of a scenario: made over the native administration or over the SQS API, and the same queue either way, a topic
// with a share group of its name. What is in them is asked of the broker itself.

import type { SQS } from '@aws-sdk/client-sqs';
import type { Client, QueueTotals } from '@millrace/client';
import type { Via } from './scenario.ts';

const MS = 1_000;
const FIFO_SUFFIX = '.fifo';

export interface QueueSettings {
  /** Whole seconds, as SQS has them. */
  readonly visibilityTimeoutSeconds: number;
  /** Receives before a message is a dead letter, which goes to `<name>-dead`; absent: none ever is. */
  readonly maxReceives?: number;
  /** Default 1. Set natively either way: the SQS API knows no partitions. */
  readonly partitions?: number;
}

/** A queue whose name ends in `.fifo` keeps the order of each message group. */
export interface StageQueue {
  readonly name: string;
  /** As the SQS API names it; empty where the queue was made natively. */
  readonly url: string;
  readonly deadLetters: StageQueue | undefined;
  /** The broker's exact counts. */
  counts(): Promise<QueueTotals>;
  /** As whoever scales workers sees it by `via`: the broker's counters, or the attributes of the SQS queue. */
  depth(): Promise<QueueDepth>;
  /** Not acknowledged, not dead, not purged: what is left to do, leased messages included. */
  unresolved(): Promise<number>;
}

export interface QueueDepth {
  readonly ready: number;
  readonly leased: number;
  readonly delayed: number;
}

export interface QueueMakers {
  readonly via: Via;
  readonly client: Client;
  readonly sqs: SQS;
}

export async function makeQueue(
  makers: QueueMakers,
  name: string,
  settings: QueueSettings,
): Promise<StageQueue> {
  const deadName = deadNameOf(name);
  const isMortal = settings.maxReceives !== undefined;
  const { visibilityTimeoutSeconds, partitions } = settings;
  const plain = { visibilityTimeoutSeconds };
  const deadLetters = isMortal ? await makeQueue(makers, deadName, plain) : undefined;
  const make = makers.via === 'sqs' ? makeBySqs : makeNatively;
  const url = await make(makers, name, settings);
  if (makers.via === 'sqs' && partitions !== undefined && partitions > 1)
    await makers.client.admin.alterTopic({ name, partitions });
  const counts = async () => (await makers.client.admin.counters(name)).totals;
  return {
    name,
    url,
    deadLetters,
    counts,
    depth: () => (url === '' ? nativeDepth(counts) : sqsDepth(makers.sqs, url)),
    unresolved: async () => unresolvedOf(await counts()),
  };
}

export function unresolvedOf(totals: QueueTotals): number {
  const { fresh, ready, scheduled, leased, parked, blocked } = totals;
  return fresh + ready + scheduled + leased + parked + blocked;
}

async function nativeDepth(counts: () => Promise<QueueTotals>): Promise<QueueDepth> {
  const { fresh, ready, parked, blocked, leased, scheduled } = await counts();
  return { ready: fresh + ready + parked + blocked, leased, delayed: scheduled };
}

async function sqsDepth(sqs: SQS, QueueUrl: string): Promise<QueueDepth> {
  const { Attributes = {} } = await sqs.getQueueAttributes({
    QueueUrl,
    AttributeNames: [
      'ApproximateNumberOfMessages',
      'ApproximateNumberOfMessagesNotVisible',
      'ApproximateNumberOfMessagesDelayed',
    ],
  });
  return {
    ready: Number(Attributes.ApproximateNumberOfMessages),
    leased: Number(Attributes.ApproximateNumberOfMessagesNotVisible),
    delayed: Number(Attributes.ApproximateNumberOfMessagesDelayed),
  };
}

function isFifo(name: string): boolean {
  return name.endsWith(FIFO_SUFFIX);
}

function deadNameOf(name: string): string {
  if (!isFifo(name)) return `${name}-dead`;
  return `${name.slice(0, -FIFO_SUFFIX.length)}-dead${FIFO_SUFFIX}`;
}

async function makeNatively(
  { client }: QueueMakers,
  name: string,
  { visibilityTimeoutSeconds, maxReceives, partitions = 1 }: QueueSettings,
): Promise<string> {
  await client.admin.createTopic({ name, partitions });
  await client.admin.createShareGroup({
    group: name,
    topics: [name],
    deadLetterTopic: maxReceives === undefined ? undefined : deadNameOf(name),
    config: {
      visibilityTimeoutMs: visibilityTimeoutSeconds * MS,
      // Without pauses of its own, as an SQS queue: what comes again comes when its visibility timeout is over.
      backoff: 'none',
      maxDeliveries: maxReceives ?? 0,
      onExhausted: maxReceives === undefined ? 'drop' : 'dlq',
      ...(isFifo(name) ? { ordering: 'fifo' } : {}),
    },
  });
  return '';
}

async function makeBySqs(
  { sqs }: QueueMakers,
  name: string,
  { visibilityTimeoutSeconds, maxReceives }: QueueSettings,
): Promise<string> {
  const { QueueUrl = '' } = await sqs.createQueue({
    QueueName: name,
    Attributes: {
      VisibilityTimeout: `${visibilityTimeoutSeconds}`,
      ...(isFifo(name) ? { FifoQueue: 'true' } : {}),
      ...(maxReceives === undefined
        ? {}
        : { RedrivePolicy: await redrivePolicyOf(sqs, deadNameOf(name), maxReceives) }),
    },
  });
  return QueueUrl;
}

async function redrivePolicyOf(sqs: SQS, dead: string, maxReceiveCount: number): Promise<string> {
  const { QueueUrl } = await sqs.getQueueUrl({ QueueName: dead });
  const { Attributes } = await sqs.getQueueAttributes({ QueueUrl, AttributeNames: ['QueueArn'] });
  return JSON.stringify({ deadLetterTargetArn: Attributes?.['QueueArn'], maxReceiveCount });
}
