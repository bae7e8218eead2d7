// Public face of the protocol package.

export * from './api/index.ts';
export { ACK_KINDS, type AckKind, MESSAGE_STATES, type MessageState } from './api/queue.ts';
export { type CodecName, CODECS, POSITION } from './api/shared.ts';
export { ERRORS, type ErrorAction, type ErrorDetail, type ErrorName, errorName, MillraceError, NO_ERROR } from './errors.ts';
export { type LimitName, LIMITS } from './limits.ts';
