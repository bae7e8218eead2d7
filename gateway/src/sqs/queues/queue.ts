// A queue as actions on messages see it, and how they find it. What else a queue has is for the actions on queues.

/** A topic with a share group of its name, read as Amazon SQS has it. */
export interface SqsQueue {
  /** Of the topic and of the share group. */
  readonly name: string;
  readonly topicId: number;
  readonly partitions: number;
  readonly isFifo: boolean;
  readonly visibilityTimeoutMs: number;
  readonly delayMs: number;
  readonly messageBytesMax: number;
  readonly waitMs: number;
  readonly contentBasedDeduplication: boolean;
  /** Whether each key has a window of its own. */
  readonly dedupScope: 'queue' | 'messageGroup';
}

export interface QueueDirectory {
  /**
   * By a queue URL of any host, a path of it, or a bare name. What it tells is at most a second old. Throws
   * QueueDoesNotExist.
   */
  find(queueUrl: string): Promise<SqsQueue>;
  /** Look again at the next find: something said that this knowledge is old. */
  forget(name: string): void;
}
