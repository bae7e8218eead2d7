// An SQS message as a record and back (ADR 0188). What SQS clients send reads well natively: the body is the value, attributes
// are headers. Whatever a native producer wrote becomes a message that SQS clients accept.

import type { OutgoingMessage } from '@millrace/client';
import { LIMITS, TENANT_HEADER } from '@millrace/protocol';
import { type Attribute, baseType, isNumber } from './attribute.ts';
import {
  decodeExtras,
  EXTRAS_HEADER,
  type Extras,
  encodeExtras,
  RENAMED_PREFIX,
} from './extras.ts';
import { isAttributeName, isId, messageText } from './message-text.ts';

/** Headers of Millrace's own begin so. */
const OWN_PREFIX = 'millrace-';
/** Says that a value which is no text comes as base64. */
const ENCODING_ATTRIBUTE = 'millrace-encoding';

/** What an SQS client says of a message, or is told of it. */
export interface SqsMessage {
  readonly body: string;
  readonly attributes: readonly Attribute[];
  readonly groupId: string | undefined;
  readonly dedupId: string | undefined;
  readonly traceHeader: string | undefined;
  /** Undefined: the account. */
  readonly sender: string | undefined;
}

/** A message to be stored: its body is encoded already. */
export interface NewMessage extends Omit<SqsMessage, 'body'> {
  readonly bytes: Uint8Array;
  readonly delayMs: number;
}

type Header = readonly [name: string, value: Uint8Array];

interface StoredRecord {
  readonly keyBytes: Uint8Array | null;
  readonly valueBytes: Uint8Array | null;
  readonly headers: readonly Header[];
}

/** A queue's messages: `fifo` has the group as key, otherwise it is the tenant. */
interface RecordForm {
  readonly name: string;
  readonly isFifo: boolean;
}

export function toRecord(message: NewMessage, queue: RecordForm): OutgoingMessage<Uint8Array> {
  const { bytes, groupId, dedupId, delayMs } = message;
  const headers = headersOf(message);
  return {
    topic: queue.name,
    value: bytes,
    key: queue.isFifo ? groupId : undefined,
    tenant: queue.isFifo ? undefined : groupId,
    dedupId,
    headers: headers.length === 0 ? undefined : headers,
    delayMs: delayMs === 0 ? undefined : delayMs,
  };
}

function headersOf({ attributes, dedupId, traceHeader, sender }: NewMessage): Header[] {
  const headers: Header[] = [];
  const types = Object.create(null) as Record<string, string>;
  const names = Object.create(null) as Record<string, string>;
  let typed = 0;
  let renamed = 0;
  for (const { name, type, value } of attributes) {
    let header = name;
    if (!canBeHeader(name)) {
      header = `${RENAMED_PREFIX}${renamed}`;
      names[header] = name;
      renamed += 1;
    }
    if (type !== 'String') {
      types[name] = type;
      typed += 1;
    }
    headers.push([header, typeof value === 'string' ? Buffer.from(value) : value]);
  }
  if (typed + renamed === 0 && (dedupId ?? traceHeader ?? sender) === undefined) return headers;
  const extras = encodeExtras({
    types: typed > 0 ? types : undefined,
    names: renamed > 0 ? names : undefined,
    dedupId,
    traceHeader,
    sender,
  });
  if (extras !== undefined) headers.push([EXTRAS_HEADER, extras]);
  return headers;
}

function canBeHeader(name: string): boolean {
  return !name.startsWith(OWN_PREFIX) && Buffer.byteLength(name) <= LIMITS.headerNameBytesMax;
}

export function fromRecord(record: StoredRecord, { isFifo }: RecordForm): SqsMessage {
  const { headers, valueBytes } = record;
  const plain = valueBytes === null ? '' : messageText(valueBytes);
  const body = plain ?? Buffer.from(valueBytes ?? []).toString('base64');
  const groupId = isFifo ? idOf(record.keyBytes) : idOf(lastOf(headers, TENANT_HEADER));
  if (headers.length === 0)
    return messageOf(body, plain === undefined ? [ENCODED] : [], groupId, {});
  const extrasBytes = lastOf(headers, EXTRAS_HEADER);
  const extras = extrasBytes === null ? {} : decodeExtras(extrasBytes);
  const attributes = attributesOf(headers, extras);
  if (plain === undefined) attributes.set(ENCODING_ATTRIBUTE, ENCODED);
  return messageOf(body, [...attributes.values()], groupId, extras);
}

/** Every field by its name: to spread an object takes V8 longer than all the rest of a message without headers. */
function messageOf(
  body: string,
  attributes: readonly Attribute[],
  groupId: string | undefined,
  { dedupId, traceHeader, sender }: Extras,
): SqsMessage {
  return { body, attributes, groupId, dedupId, traceHeader, sender };
}

const ENCODED: Attribute = { name: ENCODING_ATTRIBUTE, type: 'String', value: 'base64' };

/** The last header of a name stands; SQS knows neither empty values nor names of other characters. */
function attributesOf(headers: readonly Header[], extras: Extras): Map<string, Attribute> {
  const { types = {}, names = {} } = extras;
  const attributes = new Map<string, Attribute>();
  for (const [header, value] of headers) {
    const name = header.startsWith(OWN_PREFIX) ? names[header] : header;
    if (name === undefined || value.length === 0) continue;
    if (name !== header || isAttributeName(name)) {
      attributes.set(
        name,
        attributeOf(name, Object.hasOwn(types, name) ? types[name] : undefined, value),
      );
    }
  }
  return attributes;
}

/** Copies bytes: the record's lie in a buffer of the connection. */
function attributeOf(name: string, type: string | undefined, value: Uint8Array): Attribute {
  const base = type === undefined ? 'String' : baseType(type);
  const text = base === 'Binary' ? undefined : messageText(value);
  if (text === undefined) {
    return {
      name,
      type: base === 'Binary' ? (type ?? base) : 'Binary',
      value: new Uint8Array(value),
    };
  }
  const fits = type !== undefined && (base === 'String' || isNumber(text));
  return { name, type: fits ? type : 'String', value: text };
}

function lastOf(headers: readonly Header[], name: string): Uint8Array | null {
  return headers.findLast(([header]) => header === name)?.[1] ?? null;
}

/** Keys and tenants of native producers may be anything. */
function idOf(bytes: Uint8Array | null): string | undefined {
  if (bytes === null || bytes.length > LIMITS.tenantBytesMax) return undefined;
  const text = messageText(bytes);
  return text !== undefined && isId(text) ? text : undefined;
}
