// Errors as both protocols write them. Which error it is was decided before; nothing here looks at exceptions.

import { SQS_ERRORS, type SqsError } from '../errors.ts';
import { escapeXml } from './xml-text.ts';
import { XML_HEAD, XML_NAMESPACE } from './xml-writer.ts';

const MODELED = 'com.amazonaws.sqs#';
const UNMODELED = 'com.amazon.coral.service#';
/** What the query protocol says instead of the JSON protocol's text. */
const UNKNOWN_QUEUE_TEXT = 'The specified queue does not exist for this wsdl version.';

export function jsonError(error: SqsError): string {
  const { shape, modeled } = error.spec;
  return JSON.stringify({
    __type: `${modeled ? MODELED : UNMODELED}${shape}`,
    message: error.message,
  });
}

/** For the header `x-amzn-query-error`, by which newer clients choose their exception. */
export function queryErrorHeader(error: SqsError): string {
  return `${error.spec.code};${faultOf(error)}`;
}

export function xmlError(error: SqsError, requestId: string): string {
  if (error.error === 'UnknownOperation') return '<UnknownOperationException/>';
  return (
    `${XML_HEAD}<ErrorResponse xmlns="${XML_NAMESPACE}"><Error><Type>${faultOf(error)}</Type>` +
    `<Code>${error.spec.code}</Code><Message>${escapeXml(queryText(error))}</Message><Detail/>` +
    `</Error><RequestId>${escapeXml(requestId)}</RequestId></ErrorResponse>`
  );
}

/** For `Accept: application/json` in the query protocol. */
export function queryJsonError(error: SqsError, requestId: string): string {
  const { code } = error.spec;
  return JSON.stringify({
    Error: { Type: faultOf(error), Code: code, Message: queryText(error), Detail: {} },
    RequestId: requestId,
  });
}

function faultOf(error: SqsError): 'Sender' | 'Receiver' {
  return error.spec.status >= 500 ? 'Receiver' : 'Sender';
}

function queryText(error: SqsError): string {
  return error.message === SQS_ERRORS.QueueDoesNotExist.text ? UNKNOWN_QUEUE_TEXT : error.message;
}
