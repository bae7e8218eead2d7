// How actions on messages reach a queue: its settings by URL, the object over which they receive and acknowledge, and what
// the broker's errors mean to a caller of the SQS API. It keeps nothing that a second gateway would need.

import { codecs, MillraceError, type Queue } from '@millrace/client';
import type { Services } from '../../services.ts';
import { SqsError } from '../errors.ts';
import type { QueueDirectory, SqsQueue } from '../queues/queue.ts';

const QUEUES_KEPT_MAX = 4_096;

/** The queue is gone, or was made anew since we looked. */
const GONE: ReadonlySet<string> = new Set(['UNKNOWN_TOPIC', 'UNKNOWN_GROUP', 'TOPIC_NOT_IN_GROUP']);

export class QueueAccess {
  readonly services: Services;
  private readonly directory: QueueDirectory;
  private readonly queues = new Map<string, Queue<Uint8Array>>();

  constructor(services: Services, directory: QueueDirectory) {
    this.services = services;
    this.directory = directory;
  }

  /** Throws QueueDoesNotExist. */
  find(queueUrl: string): Promise<SqsQueue> {
    return this.directory.find(queueUrl);
  }

  /** Past what is remembered. Throws QueueDoesNotExist. */
  findAnew({ name }: SqsQueue): Promise<SqsQueue> {
    this.directory.forget(name);
    return this.directory.find(name);
  }

  /** One for all requests, so that what is acknowledged in a moment goes together. */
  queueOf({ name }: SqsQueue): Queue<Uint8Array> {
    let queue = this.queues.get(name);
    if (queue === undefined) {
      if (this.queues.size === QUEUES_KEPT_MAX) this.dropOldest();
      queue = this.services.client.queue(name, { codec: codecs.bytes });
      this.queues.set(name, queue);
    }
    return queue;
  }

  /** What to throw for what the broker or its client threw. */
  errorOf(error: unknown, { name }: SqsQueue): unknown {
    if (!(error instanceof MillraceError && GONE.has(error.code))) return error;
    this.directory.forget(name);
    return new SqsError('QueueDoesNotExist', undefined, { cause: error });
  }

  private dropOldest(): void {
    const [oldest] = this.queues.keys();
    if (oldest !== undefined) this.queues.delete(oldest);
  }
}
