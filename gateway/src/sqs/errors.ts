// The errors of the SQS API as one table, and the one error class of its handlers. How they look on the wire is for the
// protocols' writers.

export interface SqsErrorSpec {
  /** `__type` of the JSON protocol, without its prefix. */
  readonly shape: string;
  /** The older code: in XML and in the header `x-amzn-query-error`. */
  readonly code: string;
  readonly status: number;
  /** False: the service's model does not have it, and its `__type` has another prefix. */
  readonly modeled: boolean;
  readonly text: string;
}

const PREFIX = 'AWS.SimpleQueueService.';

function modeled(shape: string, code: string, status: number, text: string): SqsErrorSpec {
  return { shape, code, status, modeled: true, text };
}

function unmodeled(shape: string, code: string, status: number, text: string): SqsErrorSpec {
  return { shape, code, status, modeled: false, text };
}

// biome-ignore format: a table reads best with one line an error.
/** Shape, older code, status, and the text where a handler gives none. */
export const SQS_ERRORS = {
  QueueDoesNotExist: modeled('QueueDoesNotExist', `${PREFIX}NonExistentQueue`, 400, 'The specified queue does not exist.'),
  QueueNameExists: modeled('QueueNameExists', 'QueueAlreadyExists', 400, 'A queue already exists with the same name and a different value for one of its attributes.'),
  QueueDeletedRecently: modeled('QueueDeletedRecently', `${PREFIX}QueueDeletedRecently`, 400, 'You must wait 60 seconds after deleting a queue before you can create another with the same name.'),
  PurgeQueueInProgress: modeled('PurgeQueueInProgress', `${PREFIX}PurgeQueueInProgress`, 403, 'Only one PurgeQueue operation is allowed every 60 seconds.'),
  ReceiptHandleIsInvalid: modeled('ReceiptHandleIsInvalid', 'ReceiptHandleIsInvalid', 404, 'The input receipt handle is not a valid receipt handle.'),
  MessageNotInflight: modeled('MessageNotInflight', `${PREFIX}MessageNotInflight`, 400, 'The specified message is not in flight.'),
  EmptyBatchRequest: modeled('EmptyBatchRequest', `${PREFIX}EmptyBatchRequest`, 400, 'The batch request contains no entries.'),
  TooManyEntriesInBatchRequest: modeled('TooManyEntriesInBatchRequest', `${PREFIX}TooManyEntriesInBatchRequest`, 400, 'Maximum number of entries per request are 10.'),
  BatchEntryIdsNotDistinct: modeled('BatchEntryIdsNotDistinct', `${PREFIX}BatchEntryIdsNotDistinct`, 400, 'Two or more batch entries have the same Id.'),
  InvalidBatchEntryId: modeled('InvalidBatchEntryId', `${PREFIX}InvalidBatchEntryId`, 400, 'A batch entry id can only contain alphanumeric characters, hyphens and underscores. It can be at most 80 letters long.'),
  BatchRequestTooLong: modeled('BatchRequestTooLong', `${PREFIX}BatchRequestTooLong`, 400, 'Batch requests cannot be longer than 1048576 bytes.'),
  InvalidAttributeName: modeled('InvalidAttributeName', 'InvalidAttributeName', 400, 'Unknown Attribute.'),
  InvalidAttributeValue: modeled('InvalidAttributeValue', 'InvalidAttributeValue', 400, 'Invalid value for the parameter.'),
  InvalidMessageContents: modeled('InvalidMessageContents', 'InvalidMessageContents', 400, 'Invalid characters found. Valid unicode characters are #x9 | #xA | #xD | #x20 to #xD7FF | #xE000 to #xFFFD | #x10000 to #x10FFFF'),
  UnsupportedOperation: modeled('UnsupportedOperation', `${PREFIX}UnsupportedOperation`, 400, 'Unsupported operation.'),
  OverLimit: modeled('OverLimit', 'OverLimit', 403, 'The request passes a limit.'),
  RequestThrottled: modeled('RequestThrottled', 'RequestThrottled', 403, 'Rate exceeded.'),
  ResourceNotFoundException: modeled('ResourceNotFoundException', 'ResourceNotFoundException', 404, 'The resource does not exist.'),
  InvalidSecurity: modeled('InvalidSecurity', 'InvalidSecurity', 403, 'The request was not made over a secure connection.'),

  InvalidParameterValue: unmodeled('InvalidParameterValueException', 'InvalidParameterValue', 400, 'A parameter is invalid.'),
  MissingParameter: unmodeled('MissingRequiredParameterException', 'MissingParameter', 400, 'A required parameter is missing.'),
  InvalidAction: unmodeled('InvalidAction', 'InvalidAction', 400, 'The action is not valid for this endpoint.'),
  UnknownOperation: unmodeled('UnknownOperationException', 'InvalidAction', 404, 'The operation does not exist.'),
  Serialization: unmodeled('SerializationException', 'MalformedInput', 400, 'The request cannot be read.'),
  MalformedQueryString: unmodeled('MalformedQueryString', 'MalformedQueryString', 400, 'The query string is malformed.'),
  RequestEntityTooLarge: unmodeled('RequestEntityTooLargeException', 'RequestEntityTooLarge', 413, 'The request is larger than the limit.'),
  AccessDenied: unmodeled('AccessDeniedException', 'AccessDenied', 403, 'Access to the resource is denied.'),
  MissingAuthenticationToken: unmodeled('MissingAuthenticationTokenException', 'MissingAuthenticationToken', 403, 'Request is missing Authentication Token'),
  IncompleteSignature: unmodeled('IncompleteSignatureException', 'IncompleteSignature', 400, 'The signature is incomplete.'),
  InvalidClientTokenId: unmodeled('UnrecognizedClientException', 'InvalidClientTokenId', 403, 'The security token included in the request is invalid.'),
  SignatureDoesNotMatch: unmodeled('InvalidSignatureException', 'SignatureDoesNotMatch', 403, 'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.'),
  ServiceUnavailable: unmodeled('ServiceUnavailableException', 'ServiceUnavailable', 503, 'The service cannot answer at the moment.'),
  InternalFailure: unmodeled('InternalFailure', 'InternalFailure', 500, 'The request met a fault of the service.'),
} as const satisfies Record<string, SqsErrorSpec>;

export type SqsErrorName = keyof typeof SQS_ERRORS;

/** What a handler refuses a request with. */
export class SqsError extends Error {
  readonly error: SqsErrorName;

  constructor(error: SqsErrorName, message?: string, options?: ErrorOptions) {
    super(message ?? SQS_ERRORS[error].text, options);
    this.name = 'SqsError';
    this.error = error;
  }

  get spec(): SqsErrorSpec {
    return SQS_ERRORS[this.error];
  }
}
