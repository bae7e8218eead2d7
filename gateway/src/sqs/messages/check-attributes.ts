// What a message's attributes may be, in the order in which the service looks. It refuses with the service's own texts.

import { SQS_ERRORS, SqsError } from '../errors.ts';
import { type Attribute, type AttributeValues, baseType, isNumber } from './attribute.ts';
import { isType } from './extras.ts';
import {
  ATTRIBUTE_NAME_BYTES_MAX,
  hasNameCharacters,
  isMessageText,
  isReservedName,
} from './message-text.ts';

const ATTRIBUTES_MAX = 10;
const TRACE_HEADER = 'AWSTraceHeader';
/** It does not count towards the size of a message, so it has a bound of its own. */
export const TRACE_HEADER_BYTES_MAX = 4_096;

/** The service's model has them, and says that they are for later. */
const LISTS = 'Message attribute list values in SendMessage operation are not supported.';

type Kind = 'user' | 'system';
type Given = AttributeValues[string];

function invalid(text: string): SqsError {
  return new SqsError('InvalidParameterValue', text);
}

/** Bytes of names, types and values: they count towards the size of a message. Looks at nothing else. */
export function attributesSize(given: AttributeValues | undefined): number {
  let size = 0;
  for (const name in given) {
    const { DataType, StringValue, BinaryValue } = given[name] as Given;
    size += Buffer.byteLength(name) + Buffer.byteLength(DataType ?? '');
    size += Buffer.byteLength(StringValue ?? '') + (BinaryValue?.length ?? 0);
  }
  return size;
}

/** The attributes as they are stored. Throws InvalidParameterValue. */
export function checkAttributes(given: AttributeValues | undefined): readonly Attribute[] {
  const names = given === undefined ? [] : Object.keys(given);
  if (names.length > ATTRIBUTES_MAX) {
    const text = `Number of message attributes [${names.length}] exceeds the allowed maximum [${ATTRIBUTES_MAX}].`;
    throw invalid(text);
  }
  return names.map((name) => {
    checkName(name);
    return checkValue('user', name, (given as AttributeValues)[name] as Given);
  });
}

/** The one system attribute that a sender may give, its trace header; undefined where there is none. */
export function checkSystemAttributes(given: AttributeValues | undefined): Attribute | undefined {
  let found: Attribute | undefined;
  for (const name of Object.keys(given ?? {})) {
    if (name !== TRACE_HEADER) {
      throw invalid(`Message (system) attribute '${name}' is not supported.`);
    }
    found = checkValue('system', name, (given as AttributeValues)[name] as Given);
    if (found.type !== 'String') throw invalid(`${name} must be of type 'String'.`);
    if (Buffer.byteLength(found.value) > TRACE_HEADER_BYTES_MAX) {
      throw invalid(`${name} must be shorter than ${TRACE_HEADER_BYTES_MAX + 1} bytes.`);
    }
  }
  return found;
}

function checkName(name: string): void {
  if (name === '') throw invalid('Message (user) attribute names must not be empty.');
  if (Buffer.byteLength(name) > ATTRIBUTE_NAME_BYTES_MAX) {
    throw invalid('Message (user) attribute names must be shorter than 256 Bytes');
  }
  if (!hasNameCharacters(name)) {
    const text =
      'Message (user) attributes name can only contain upper and lower score characters, digits, periods, hyphens and underscores. ';
    throw invalid(text);
  }
  if (isReservedName(name)) {
    const text =
      "You can't use message attribute names beginning with 'AWS.' or 'Amazon.'. These strings are reserved for internal use. Additionally, they cannot start or end with '.'.";
    throw invalid(text);
  }
}

function checkValue(kind: Kind, name: string, given: Given): Attribute {
  const { DataType: type, StringValue: text, BinaryValue: bytes } = given;
  const { StringListValues = [], BinaryListValues = [] } = given;
  if (StringListValues.length + BinaryListValues.length > 0) {
    throw new SqsError('UnsupportedOperation', LISTS);
  }
  const what = `message (${kind}) attribute '${name}'`;
  if (type === undefined || type === '') {
    throw invalid(`The ${what} must contain a non-empty message attribute type.`);
  }
  const base = baseType(type);
  if (base === undefined || !isType(type)) {
    const reason =
      base === undefined
        ? `The type of ${what} is invalid. You must use only the following supported type prefixes: Binary, Number, String.`
        : `The type of ${what} must be shorter than 256 Bytes and hold valid characters.`;
    throw invalid(reason);
  }
  if ((text !== undefined && bytes !== undefined) || (text ?? bytes) === undefined) {
    throw invalid(
      text === undefined ? empty(kind, name, type) : `The ${what} must have a single value.`,
    );
  }
  if ((base === 'Binary') !== (bytes !== undefined)) {
    const field = base === 'Binary' ? 'Binary' : 'String';
    throw invalid(`The ${what} with type '${type}' must use field '${field}'.`);
  }
  const value = (text ?? bytes) as string | Uint8Array;
  if (value.length === 0) throw invalid(empty(kind, name, type));
  if (typeof value === 'string') checkText(base, what, value);
  return { name, type, value };
}

function empty(kind: Kind, name: string, type: string): string {
  return `Message (${kind}) attribute '${name}' must contain a non-empty value of type '${type}'.`;
}

function checkText(base: string, what: string, text: string): void {
  if (!isMessageText(text)) throw invalid(SQS_ERRORS.InvalidMessageContents.text);
  if (base === 'Number' && !isNumber(text)) {
    throw invalid(`Can't cast the value of ${what} to a number.`);
  }
}
