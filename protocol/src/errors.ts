// The one error table and the one error class. Numbers are the wire's and are never reused.

/** What helps against an error. */
export type ErrorAction =
  /** Send the same request again after a pause. */
  | 'retry'
  /** Fetch metadata, then send again. */
  | 'refresh'
  /** Rejoin the group, then go on. */
  | 'rejoin'
  /** The request cannot succeed as it stands. */
  | 'give up';

export interface ErrorSpec {
  readonly code: number;
  readonly action: ErrorAction;
  readonly http: number;
  readonly sqs: string;
  readonly text: string;
}

// biome-ignore format: a table reads best with one line an error.
/** The error table: each error’s code, what helps, its HTTP status and SQS code, and its text. */
export const ERRORS = {
  INTERNAL: { code: 1, action: 'give up', http: 500, sqs: 'InternalError', text: 'The broker met a fault of its own; its log says more.' },
  MALFORMED_FRAME: { code: 2, action: 'give up', http: 400, sqs: 'InvalidParameterValue', text: 'The bytes are not a frame of this protocol; the connection is closed.' },
  FRAME_TOO_LARGE: { code: 3, action: 'give up', http: 413, sqs: 'InvalidParameterValue', text: 'The frame is longer than the limit; the connection is closed.' },
  UNKNOWN_API: { code: 4, action: 'give up', http: 400, sqs: 'InvalidAction', text: 'No API has this key.' },
  UNSUPPORTED_VERSION: { code: 5, action: 'give up', http: 400, sqs: 'InvalidAction', text: 'The broker does not speak this version of the API.' },
  INVALID_REQUEST: { code: 6, action: 'give up', http: 400, sqs: 'InvalidParameterValue', text: 'A field is missing, of a wrong type, or out of its range.' },
  HELLO_REQUIRED: { code: 7, action: 'give up', http: 400, sqs: 'InvalidAction', text: 'The first request of a connection has to be Hello.' },
  CANCELLED: { code: 8, action: 'give up', http: 499, sqs: 'RequestCanceled', text: 'The request was cancelled before it had an effect.' },
  SHUTTING_DOWN: { code: 9, action: 'retry', http: 503, sqs: 'ServiceUnavailable', text: 'The broker is shutting down and had no effect from this request.' },
  OVERLOADED: { code: 10, action: 'retry', http: 503, sqs: 'RequestThrottled', text: 'A queue inside the broker is full; the request had no effect.' },
  LIMIT_EXCEEDED: { code: 11, action: 'give up', http: 400, sqs: 'OverLimit', text: 'The request would pass a limit of the broker.' },
  NOT_LEADER: { code: 12, action: 'refresh', http: 503, sqs: 'ServiceUnavailable', text: 'Another broker owns this partition.' },
  AUTHENTICATION_REQUIRED: { code: 13, action: 'give up', http: 401, sqs: 'MissingAuthenticationToken', text: 'This broker asks who you are: log in with a user, a token or a certificate.' },
  AUTHENTICATION_FAILED: { code: 14, action: 'give up', http: 401, sqs: 'InvalidClientTokenId', text: 'The user is unknown, or what it showed is wrong, has expired or was revoked.' },
  NOT_AUTHORIZED: { code: 15, action: 'give up', http: 403, sqs: 'AccessDenied', text: 'The user may not do this.' },

  UNKNOWN_TOPIC: { code: 20, action: 'refresh', http: 404, sqs: 'QueueDoesNotExist', text: 'No topic has this name or id.' },
  UNKNOWN_PARTITION: { code: 21, action: 'refresh', http: 404, sqs: 'InvalidParameterValue', text: 'The topic has no such partition.' },
  TOPIC_EXISTS: { code: 22, action: 'give up', http: 409, sqs: 'QueueNameExists', text: 'A topic of this name exists.' },
  INVALID_NAME: { code: 23, action: 'give up', http: 400, sqs: 'InvalidParameterValue', text: 'Names have 1 to 249 characters from a-z, A-Z, 0-9, dot, underscore and hyphen, and are not "." or "..".' },
  INVALID_CONFIG: { code: 24, action: 'give up', http: 400, sqs: 'InvalidAttributeValue', text: 'A configuration value is out of its range or contradicts another.' },
  TOPIC_IN_USE: { code: 25, action: 'give up', http: 409, sqs: 'InvalidParameterValue', text: 'A share group uses this topic for its dead letters.' },
  ANNOTATIONS_CHANGED: { code: 26, action: 'give up', http: 409, sqs: 'ServiceUnavailable', text: 'Annotations of the topic are not as the request expects them: nothing was changed.' },

  OFFSET_OUT_OF_RANGE: { code: 30, action: 'give up', http: 416, sqs: 'InvalidParameterValue', text: 'The partition does not hold this offset.' },
  CORRUPT_BATCH: { code: 31, action: 'give up', http: 400, sqs: 'InvalidMessageContents', text: 'The batch fails its checksum, or its lengths or index contradict each other.' },
  BATCH_TOO_LARGE: { code: 32, action: 'give up', http: 413, sqs: 'BatchRequestTooLong', text: 'The batch has more bytes or records than the limit.' },
  MESSAGE_TOO_LARGE: { code: 33, action: 'give up', http: 413, sqs: 'InvalidParameterValue', text: 'A record is larger than the topic allows.' },
  UNSUPPORTED_CODEC: { code: 34, action: 'give up', http: 400, sqs: 'InvalidParameterValue', text: 'The batch is compressed with a codec that was not agreed on.' },
  STORAGE_FULL: { code: 35, action: 'retry', http: 507, sqs: 'ServiceUnavailable', text: 'The disk is nearly full: producing has stopped, consuming and acknowledging go on.' },
  STORAGE_ERROR: { code: 36, action: 'retry', http: 503, sqs: 'ServiceUnavailable', text: 'The commit was aborted; nothing of it was applied.' },

  UNKNOWN_GROUP: { code: 40, action: 'give up', http: 404, sqs: 'QueueDoesNotExist', text: 'No group has this name.' },
  GROUP_EXISTS: { code: 41, action: 'give up', http: 409, sqs: 'QueueNameExists', text: 'A group of this name exists.' },
  GROUP_KIND_MISMATCH: { code: 42, action: 'give up', http: 409, sqs: 'InvalidParameterValue', text: 'The group is of the other kind: consumer and share groups share one namespace.' },
  GROUP_NOT_EMPTY: { code: 43, action: 'give up', http: 409, sqs: 'InvalidParameterValue', text: 'The group has members.' },
  UNKNOWN_MEMBER: { code: 44, action: 'rejoin', http: 409, sqs: 'InvalidParameterValue', text: 'The group does not know this member: it left, or its session ended.' },
  FENCED_MEMBER_EPOCH: { code: 45, action: 'rejoin', http: 409, sqs: 'InvalidParameterValue', text: 'The member epoch is not one of the present membership.' },
  TOPIC_NOT_IN_GROUP: { code: 46, action: 'give up', http: 404, sqs: 'QueueDoesNotExist', text: 'The share group does not take messages from this topic.' },
  DLQ_LOOP: { code: 47, action: 'give up', http: 400, sqs: 'InvalidParameterValue', text: 'Dead letters would come back to a topic they left.' },
  PARTITION_NOT_ASSIGNED: { code: 48, action: 'give up', http: 409, sqs: 'InvalidParameterValue', text: 'The partition was not assigned to this member in this epoch.' },

  STALE_LEASE: { code: 50, action: 'give up', http: 409, sqs: 'ReceiptHandleIsInvalid', text: 'The message was leased again since: this receipt no longer decides about it.' },
  ALREADY_RESOLVED: { code: 51, action: 'give up', http: 409, sqs: 'ReceiptHandleIsInvalid', text: 'The message is acknowledged or dead already.' },
  UNKNOWN_RECEIPT: { code: 52, action: 'give up', http: 404, sqs: 'ReceiptHandleIsInvalid', text: 'No lease was ever given under this receipt.' },
  LEASE_TOO_LONG: { code: 53, action: 'give up', http: 400, sqs: 'InvalidParameterValue', text: 'The lease would last longer than 12 hours in all.' },
  MESSAGE_LEASED: { code: 54, action: 'give up', http: 409, sqs: 'InvalidParameterValue', text: 'The message is leased: its member decides about it until the lease ends.' },
  MESSAGE_FRESH: { code: 55, action: 'give up', http: 409, sqs: 'InvalidParameterValue', text: 'The message was never delivered and waits in the order of the log: this cannot be done to it.' },
  TOO_MANY_IN_FLIGHT: { code: 56, action: 'retry', http: 403, sqs: 'OverLimit', text: 'The share group has as many messages in flight as its settings allow.' },
  TRANSACTION_CONFLICT: { code: 57, action: 'give up', http: 409, sqs: 'InvalidParameterValue', text: 'A part of the transaction cannot be done any more; nothing of it was done.' },
  STALE_CLAIM: { code: 58, action: 'give up', http: 409, sqs: 'InvalidParameterValue', text: 'The claim on this effect has ended, or somebody else has it.' },
  DLQ_NOT_ALLOWED: { code: 59, action: 'give up', http: 403, sqs: 'InvalidParameterValue', text: 'The topic does not take dead letters of this topic.' },
  NOTHING_TO_UNDO: { code: 60, action: 'give up', http: 404, sqs: 'InvalidParameterValue', text: 'There is no purge that can still be undone.' },
  UNKNOWN_TASK: { code: 61, action: 'give up', http: 404, sqs: 'ResourceNotFoundException', text: 'No task has this id.' },
  TASK_ENDED: { code: 62, action: 'give up', http: 409, sqs: 'UnsupportedOperation', text: 'The task has ended already.' },
  UNKNOWN_SCHEDULE: { code: 63, action: 'give up', http: 404, sqs: 'ResourceNotFoundException', text: 'No schedule has this name.' },
  SCHEDULE_EXISTS: { code: 64, action: 'give up', http: 409, sqs: 'InvalidParameterValue', text: 'A schedule of this name exists.' },
  PURGE_PENDING: { code: 65, action: 'give up', http: 409, sqs: 'PurgeQueueInProgress', text: 'An earlier purge can still be undone: undo it, or let its time pass.' },
  INVALID_PATTERN: { code: 66, action: 'give up', http: 400, sqs: 'InvalidParameterValue', text: 'The pattern is not one of the RE2 syntax, or it is too long.' },
  INSTANCE_IN_USE: { code: 67, action: 'retry', http: 409, sqs: 'InvalidParameterValue', text: 'Another member works under this instance id: it has to leave, or its session to end.' },
  FENCED_INSTANCE: { code: 68, action: 'give up', http: 409, sqs: 'InvalidParameterValue', text: 'Another member has taken this instance id since.' },
  PRODUCER_FENCED: { code: 69, action: 'give up', http: 409, sqs: 'InvalidParameterValue', text: 'A newer instance of the producer has taken over: this one may write no more.' },
  UNKNOWN_PRODUCER: { code: 70, action: 'give up', http: 404, sqs: 'InvalidParameterValue', text: 'The broker does not know this producer: it was never told of it, or has forgotten it.' },
  OUT_OF_ORDER_SEQUENCE: { code: 71, action: 'give up', http: 409, sqs: 'InvalidParameterValue', text: 'A batch of the producer before this one is missing.' },
  DUPLICATE_SEQUENCE: { code: 72, action: 'give up', http: 409, sqs: 'InvalidParameterValue', text: 'The batch was appended before, too long ago for the broker to remember where.' },
  OFFSET_MISMATCH: { code: 73, action: 'give up', http: 409, sqs: 'InvalidParameterValue', text: 'The partition does not end where the append expects it to.' },
  KEY_REQUIRED: { code: 74, action: 'give up', http: 400, sqs: 'InvalidParameterValue', text: 'The topic is compacted: each of its records needs a key.' },
  UNKNOWN_FETCH_SESSION: { code: 75, action: 'give up', http: 404, sqs: 'InvalidParameterValue', text: 'This connection has no such fetch session: begin one with all partitions.' },
  UNKNOWN_USER: { code: 80, action: 'give up', http: 404, sqs: 'ResourceNotFoundException', text: 'No user has this name.' },
  USER_EXISTS: { code: 81, action: 'give up', http: 409, sqs: 'InvalidParameterValue', text: 'A user of this name exists.' },
  UNKNOWN_TOKEN: { code: 82, action: 'give up', http: 404, sqs: 'ResourceNotFoundException', text: 'No token has this id.' },
  UNKNOWN_ACCESS_KEY: { code: 83, action: 'give up', http: 404, sqs: 'InvalidClientTokenId', text: 'No access key has this id.' },
  ACCESS_KEY_EXISTS: { code: 84, action: 'give up', http: 409, sqs: 'InvalidParameterValue', text: 'An access key of this id exists.' },
  SECRETS_LOCKED: { code: 85, action: 'give up', http: 503, sqs: 'ServiceUnavailable', text: 'The broker was started without the key that secrets of access keys are encrypted with, or with another one.' },
  BATCH_QUARANTINED: { code: 86, action: 'give up', http: 410, sqs: 'InvalidMessageContents', text: 'What the disk holds of this batch fails its checksum: it was set aside.' },

  CONNECTION_LOST: { code: 100, action: 'retry', http: 503, sqs: 'ServiceUnavailable', text: 'The connection ended before the request was sent.' },
  OUTCOME_UNKNOWN: { code: 101, action: 'give up', http: 503, sqs: 'ServiceUnavailable', text: 'The connection ended after the request was sent: nobody can tell whether it took effect.' },
  DEADLINE_EXCEEDED: { code: 102, action: 'retry', http: 504, sqs: 'ServiceUnavailable', text: 'No reply came in time; it may still take effect.' },
  ABORTED: { code: 103, action: 'give up', http: 499, sqs: 'RequestCanceled', text: 'The caller gave the operation up.' },
  CLIENT_CLOSED: { code: 104, action: 'give up', http: 499, sqs: 'RequestCanceled', text: 'The client, producer, consumer or worker is closed.' },
  CODEC_FAILED: { code: 105, action: 'give up', http: 400, sqs: 'InvalidMessageContents', text: 'A value could not be encoded or decoded.' },
} as const satisfies Record<string, ErrorSpec>;

/** The names of the error table. */
export type ErrorName = keyof typeof ERRORS;
/** Zero on the wire means no error. */
export const NO_ERROR = 0;

const NAMES_BY_CODE = new Map<number, ErrorName>(
  (Object.keys(ERRORS) as ErrorName[]).map((name) => [ERRORS[name].code, name]),
);

/** The name of an error number, or undefined for zero and for numbers of newer brokers. */
export function errorName(code: number): ErrorName | undefined {
  return NAMES_BY_CODE.get(code);
}

/** What an error says besides its text. */
export interface ErrorDetail {
  /** The request field at fault, as a path: `items[3].token`. */
  readonly field?: string | undefined;
  /** The limit that was met, with its unit: `1048576 bytes`. */
  readonly limit?: string | undefined;
  /** Wait this long before trying again. */
  readonly retryAfterMs?: number | undefined;
  /** OFFSET_MISMATCH: where the partition ends. */
  readonly endOffset?: number | undefined;
}

/** The one error class: of the broker, the client and everything between. `name` is always `MillraceError`. */
export class MillraceError extends Error {
  readonly code: ErrorName;
  readonly detail: ErrorDetail;

  constructor(code: ErrorName, message?: string, detail: ErrorDetail = {}, options?: ErrorOptions) {
    super(message ?? ERRORS[code].text, options);
    this.name = 'MillraceError';
    this.code = code;
    this.detail = detail;
  }

  /** The number on the wire. */
  get number(): number {
    return ERRORS[this.code].code;
  }

  /** What the caller should do. */
  get action(): ErrorAction {
    return ERRORS[this.code].action;
  }

  get retriable(): boolean {
    return this.action !== 'give up';
  }
}
