// How actions on messages reach a queue: its settings by URL, and what the broker's errors mean to a caller of the SQS API.
// It keeps nothing that a second gateway would need.

import { MillraceError } from '@millrace/client';
import type { Session } from '../../services.ts';
import { SqsError } from '../errors.ts';
import type { QueueDirectory, SqsQueue } from '../queues/queue.ts';

/** The queue is gone, or was made anew since we looked. */
const GONE: ReadonlySet<string> = new Set(['UNKNOWN_TOPIC', 'UNKNOWN_GROUP', 'TOPIC_NOT_IN_GROUP']);

export class QueueAccess {
  readonly session: Session;
  private readonly directory: QueueDirectory;

  constructor(session: Session, directory: QueueDirectory) {
    this.session = session;
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

  /** What to throw for what the broker or its client threw. */
  errorOf(error: unknown, { name }: SqsQueue): unknown {
    if (!(error instanceof MillraceError && GONE.has(error.code))) return error;
    this.directory.forget(name);
    return new SqsError('QueueDoesNotExist', undefined, { cause: error });
  }
}
