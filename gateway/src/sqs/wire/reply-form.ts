// The three forms in which an answer may go: the JSON protocol's, the query protocol's XML, and the JSON that a caller of
// the query protocol may ask for. Content types are whole: clients compare them.

import type { Operation, Output } from '../dispatch/operation.ts';
import type { SqsError } from '../errors.ts';
import { jsonError, queryJsonError, xmlError } from './error-writer.ts';

export interface ReplyForm {
  readonly protocol: 'json' | 'query';
  readonly contentType: string;
  readonly output: (operation: Operation, output: Output, requestId: string) => string;
  readonly error: (error: SqsError, requestId: string) => string;
}

export const JSON_FORM: ReplyForm = {
  protocol: 'json',
  contentType: 'application/x-amz-json-1.0',
  output: (operation, output) => operation.writeJson(output),
  error: jsonError,
};

export const XML_FORM: ReplyForm = {
  protocol: 'query',
  contentType: 'text/xml',
  output: (operation, output, requestId) => operation.writeXml(output, requestId),
  error: xmlError,
};

export const QUERY_JSON_FORM: ReplyForm = {
  protocol: 'query',
  contentType: 'application/json',
  output: (operation, output, requestId) => operation.writeQueryJson(output, requestId),
  error: queryJsonError,
};
