// Names of the headers that tell where a dead letter comes from. Their values are text: numbers in decimal digits,
// times in milliseconds since 1970.

export const DEAD_LETTER_HEADERS = {
  topic: 'millrace-dlq-topic',
  partition: 'millrace-dlq-partition',
  offset: 'millrace-dlq-offset',
  group: 'millrace-dlq-group',
  deliveries: 'millrace-dlq-deliveries',
  /** `exhausted` or `rejected`. */
  reason: 'millrace-dlq-reason',
  /** The text of the last failure; absent where there is none. */
  error: 'millrace-dlq-error',
  firstFailedAt: 'millrace-dlq-first-failed-at',
  lastFailedAt: 'millrace-dlq-last-failed-at',
  /** The id the message had before its first move. */
  messageId: 'millrace-dlq-message-id',
} as const;
