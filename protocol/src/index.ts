// Public face of the protocol package.

export {
  ACL_EFFECTS,
  ACL_PATTERNS,
  OPERATIONS,
  type OperationName,
  RESOURCE_KINDS,
  type ResourceKind,
} from './api/access-rules.ts';
export * from './api/index.ts';
export { MESSAGE_STATES, type MessageState } from './api/messages.ts';
export { ACK_KINDS, type AckKind } from './api/queue.ts';
export { MECHANISMS, type MechanismName } from './api/security.ts';
export { CODECS, type CodecName, POSITION } from './api/shared.ts';
export {
  BatchBuilder,
  type BatchBuilderOptions,
  encodeBatch,
  RECORD_BYTES_MAX,
} from './batch/batch-builder.ts';
export type { BodyCodec } from './batch/body-codec.ts';
export {
  codecsAvailable,
  lacksCodec,
  type OptionalCodecName,
  registerCodec,
  requireCodec,
} from './batch/codec-registry.ts';
export {
  batchFlags,
  indexEntryBytes,
  recordDedup,
  recordDelayMs,
  recordGroup,
  recordMaxDeliveries,
  recordTtlMs,
} from './batch/columns.ts';
export {
  type BatchHeader,
  batchBytesOf,
  batchHeader,
  recordBytes,
  recordCount,
  recordIndexFrom,
  recordOffset,
  stampBatch,
} from './batch/header.ts';
export { keepRecords } from './batch/keep-records.ts';
export {
  FLAG_DEDUP,
  FLAG_DELAY,
  FLAG_DELIVERIES,
  FLAG_GAPS,
  FLAG_GROUP,
  FLAG_TTL,
} from './batch/layout.ts';
export { BatchRecords, type OffsetRange, readRecords } from './batch/read-records.ts';
export {
  type HeaderInput,
  type LogRecord,
  type RecordInput,
  TENANT_HEADER,
} from './batch/record.ts';
export type { RecordCursor } from './batch/record-cursor.ts';
export { sliceBatch } from './batch/slice-batch.ts';
export { type ProducerStamp, stampProducer } from './batch/stamp-producer.ts';
export { thinBatch } from './batch/thin-batch.ts';
export {
  type BatchLimits,
  batchFault,
  validateBatch,
  verifyBatch,
} from './batch/validate-batch.ts';
export {
  apiByKey,
  decodeError,
  decodeRequest,
  decodeRequestHeader,
  decodeResponse,
  decodeResponseHeader,
  encodeErrorResponse,
  encodeRequest,
  encodeRequestParts,
  encodeResponse,
  encodeResponseParts,
  type RequestHeader,
  type ResponseHeader,
  type WireFields,
} from './codec/codec.ts';
export { DEAD_LETTER_HEADERS, deadLetterOf } from './dead-letter.ts';
export { contentHash, dedupHash } from './dedup-hash.ts';
export {
  ERRORS,
  type ErrorAction,
  type ErrorDetail,
  type ErrorName,
  errorName,
  MillraceError,
  NO_ERROR,
} from './errors.ts';
export { FrameDecoder, type FrameDecoderOptions } from './frame.ts';
export { hashKey, partitionForKey } from './key-hash.ts';
export { LIMITS, type LimitName } from './limits.ts';
export { type MessagePosition, messageId, parseMessageId } from './message-id.ts';
export { formatReceipt, parseReceipt, type Receipt } from './receipt.ts';
export { SCHEDULE_HEADERS } from './schedule-headers.ts';
export type {
  AnyField,
  ApiSpec,
  Decoded,
  Encodable,
  Field,
  Fields,
  StructValue,
} from './schema.ts';
export {
  preparePassword,
  SCRAM_ITERATIONS,
  type ScramVerifier,
  scramKeys,
  scramVerifier,
} from './scram.ts';
