// Requests and responses of every API to frames and back. One codec an API, direction and version, compiled when it is
// first used. It checks what it is given in both directions and knows nothing of sockets or of what a request means.

import {
  APIS,
  type ApiName,
  type RequestInput,
  type RequestOf,
  type ResponseInput,
  type ResponseOf,
} from '../api/index.ts';
import { ERRORS, type ErrorName, errorName, MillraceError, NO_ERROR } from '../errors.ts';
import { LIMITS } from '../limits.ts';
import { checkMessagePack } from '../message-pack/check-message-pack.ts';
import { packFrameParts } from '../message-pack/pack-parts.ts';
import { packFrame, unpackChecked } from '../message-pack/pack-values.ts';
import type { ApiSpec, Fields } from '../schema.ts';
import { type FieldsDecoder, fieldsDecoder } from './compile-decoder.ts';
import { type FieldsEncoder, fieldsEncoder } from './compile-encoder.ts';
import { asError, FieldFault, within } from './field-fault.ts';
import { holdsFloat } from './holds-float.ts';

/** The fields of a message, unpacked but not yet checked. Decode them once. */
export interface WireFields {
  readonly values: readonly unknown[];
  readonly from: number;
  readonly hasFloat: boolean;
}

/** What stands before the fields of a request. */
export interface RequestHeader {
  readonly apiKey: number;
  readonly apiVersion: number;
  readonly correlationId: number;
  readonly fields: WireFields;
}

/** What stands before the fields of a response. */
export interface ResponseHeader {
  readonly correlationId: number;
  /** 0, or a number of the error table or of a newer one. */
  readonly errorCode: number;
  readonly fields: WireFields;
}

interface Codec {
  readonly encode: FieldsEncoder;
  readonly decode: FieldsDecoder;
  readonly allowsFloat: boolean;
}

type Direction = 'request' | 'response';

const REQUEST_HEADER_VALUES = 3;
const RESPONSE_HEADER_VALUES = 2;
const U32_MAX = 0xffff_ffff;
const ERROR_MESSAGE_BYTES_MAX = 4 * LIMITS.errorTextBytesMax;

const API_NAMES_BY_KEY = new Map<number, ApiName>(
  (Object.keys(APIS) as ApiName[]).map((name) => [APIS[name].key, name]),
);
const codecs = { request: new Map<string, Codec[]>(), response: new Map<string, Codec[]>() };

/** The API with this key; undefined where there is none. */
export function apiByKey(key: number): ApiName | undefined {
  return API_NAMES_BY_KEY.get(key);
}

/** Compiles one direction of an API at a version. */
export function compileCodec(fields: Fields, version: number, direction: Direction): Codec {
  return {
    encode: fieldsEncoder(fields, { version, newer: direction === 'request' ? 'refuse' : 'omit' }),
    decode: fieldsDecoder(fields, version),
    allowsFloat: holdsFloat(fields),
  };
}

function codecOf(name: ApiName, version: number, direction: Direction): Codec {
  const known = codecs[direction].get(name)?.[version];
  if (known !== undefined) return known;
  const spec: ApiSpec = APIS[name];
  const { min, max } = spec.versions;
  if (!Number.isInteger(version) || version < min || version > max) {
    throw new MillraceError('UNSUPPORTED_VERSION', `${name} has no version ${version}.`, {
      limit: `${min} to ${max}`,
    });
  }
  const compiled = compileCodec(spec[direction], version, direction);
  const versions = codecs[direction].get(name) ?? [];
  versions[version] = compiled;
  codecs[direction].set(name, versions);
  return compiled;
}

/** The header's values and those of the fields. */
function valuesOf(
  name: ApiName,
  version: number,
  direction: Direction,
  values: unknown[],
  body: object,
): readonly unknown[] {
  try {
    codecOf(name, version, direction).encode(body, values);
  } catch (fault) {
    throw asError(fault, name);
  }
  return values;
}

function decode(name: ApiName, version: number, direction: Direction, fields: WireFields): object {
  const codec = codecOf(name, version, direction);
  try {
    if (fields.hasFloat && !codec.allowsFloat)
      throw within(new FieldFault('a floating-point number'), direction);
    return codec.decode(fields.values, fields.from);
  } catch (fault) {
    throw asError(fault, name);
  }
}

/** A whole frame. Throws INVALID_REQUEST with the path of the field that does not fit. */
export function encodeRequest<N extends ApiName>(
  api: N,
  version: number,
  correlationId: number,
  body: RequestInput<N>,
): Uint8Array {
  return packFrame(requestValues(api, version, correlationId, body));
}

/**
 * The same frame in parts that have to be sent one after the other: large bytes fields are parts themselves and are not
 * copied, so they must not change before they have been sent.
 */
export function encodeRequestParts<N extends ApiName>(
  api: N,
  version: number,
  correlationId: number,
  body: RequestInput<N>,
): Uint8Array[] {
  return packFrameParts(requestValues(api, version, correlationId, body));
}

function requestValues(api: ApiName, version: number, correlationId: number, body: object) {
  return valuesOf(api, version, 'request', [APIS[api].key, version, correlationId], body);
}

/** A response as a frame. */
export function encodeResponse<N extends ApiName>(
  api: N,
  version: number,
  correlationId: number,
  body: ResponseInput<N>,
): Uint8Array {
  return packFrame(responseValues(api, version, correlationId, body));
}

/** The same frame in parts, as `encodeRequestParts` gives them. */
export function encodeResponseParts<N extends ApiName>(
  api: N,
  version: number,
  correlationId: number,
  body: ResponseInput<N>,
): Uint8Array[] {
  return packFrameParts(responseValues(api, version, correlationId, body));
}

function responseValues(api: ApiName, version: number, correlationId: number, body: object) {
  return valuesOf(api, version, 'response', [correlationId, NO_ERROR], body);
}

/** The answer to a request that failed as a whole. */
export function encodeErrorResponse(correlationId: number, error: MillraceError): Uint8Array {
  const { field, limit, retryAfterMs } = error.detail;
  const values = [
    correlationId,
    ERRORS[error.code].code,
    wireText(error.message),
    wireText(field),
    wireText(limit),
  ];
  return packFrame([
    ...values,
    retryAfterMs === undefined ? null : Math.min(Math.max(0, Math.ceil(retryAfterMs)), U32_MAX),
  ]);
}

/** Text cut to its limit, with what cannot be UTF-8 replaced. */
function wireText(text: string | undefined): string | null {
  if (text === undefined) return null;
  return Buffer.from(text).subarray(0, ERROR_MESSAGE_BYTES_MAX).toString();
}

function unpackMessage(payload: Uint8Array, headerValues: number, valuesMax: number): WireFields {
  const hasFloat = checkMessagePack(payload, valuesMax);
  const values = unpackChecked(payload);
  if (!Array.isArray(values) || values.length < headerValues) {
    throw new MillraceError(
      'MALFORMED_FRAME',
      'The payload is not an array that begins with a header.',
    );
  }
  return { values, from: headerValues, hasFloat };
}

function headerUint(value: unknown, max: number, name: string): number {
  if (typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= max)
    return value;
  throw new MillraceError(
    'MALFORMED_FRAME',
    `The ${name} of the header is not an integer of 0 to ${max}.`,
  );
}

/** Checks and unpacks the payload of a request's frame; its fields are still to be decoded. */
export function decodeRequestHeader(payload: Uint8Array): RequestHeader {
  const fields = unpackMessage(payload, REQUEST_HEADER_VALUES, LIMITS.requestValuesMax);
  return {
    apiKey: headerUint(fields.values[0], 0xffff, 'API key'),
    apiVersion: headerUint(fields.values[1], 0xffff, 'API version'),
    correlationId: headerUint(fields.values[2], U32_MAX, 'correlation id'),
    fields,
  };
}

/** Correlation id and error code of a response, and its fields, not decoded yet. */
export function decodeResponseHeader(payload: Uint8Array): ResponseHeader {
  const fields = unpackMessage(payload, RESPONSE_HEADER_VALUES, LIMITS.responseValuesMax);
  return {
    correlationId: headerUint(fields.values[0], U32_MAX, 'correlation id'),
    errorCode: headerUint(fields.values[1], 0xffff, 'error code'),
    fields,
  };
}

/** Throws INVALID_REQUEST with the path of the field and the limit it met. */
export function decodeRequest<N extends ApiName>(
  api: N,
  version: number,
  fields: WireFields,
): RequestOf<N> {
  return decode(api, version, 'request', fields) as RequestOf<N>;
}

/** The fields of a response as an object. Throws MALFORMED_FRAME. */
export function decodeResponse<N extends ApiName>(
  api: N,
  version: number,
  fields: WireFields,
): ResponseOf<N> {
  return decode(api, version, 'response', fields) as ResponseOf<N>;
}

/** The error that a response carries. A number that this version does not know becomes INTERNAL. */
export function decodeError(errorCode: number, fields: WireFields): MillraceError {
  const [message, field, limit, retryAfterMs] = fields.values.slice(fields.from);
  const code: ErrorName = errorName(errorCode) ?? 'INTERNAL';
  const text = typeof message === 'string' ? message : undefined;
  return new MillraceError(
    code,
    errorName(errorCode) === undefined ? `error ${errorCode}: ${text ?? ''}` : text,
    {
      field: typeof field === 'string' ? field : undefined,
      limit: typeof limit === 'string' ? limit : undefined,
      retryAfterMs: typeof retryAfterMs === 'number' ? retryAfterMs : undefined,
    },
  );
}
