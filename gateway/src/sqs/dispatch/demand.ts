// Which action a request asks for and how its input is read, by both protocols. Nothing is read before it is wanted, so
// that a request with an unreadable input still counts for its action.

import type { FastifyRequest } from 'fastify';
import { SqsError } from '../errors.ts';
import type { SqsCall, SqsHandlers } from '../handler.ts';
import { formText, type Node, parseParameters, queryText } from '../wire/form.ts';
import { parseJsonBody } from '../wire/json-body.ts';
import type { Operation, Operations, Output } from './operation.ts';
import { isQueuePath, pathOf } from './queue-path.ts';

export interface Demand {
  readonly operation: Operation;
  /** Throws what the readers throw, and the handler. */
  readonly run: (handlers: SqsHandlers, call: SqsCall) => Promise<Output>;
}

const TARGET_PREFIX = 'AmazonSQS.';
/** Actions that are about no queue yet: invalid on a queue's own path. */
const WITHOUT_QUEUE: ReadonlySet<string> = new Set(['ListQueues', 'CreateQueue']);
const FORM = 'application/x-www-form-urlencoded';

/** Throws UnknownOperation. */
export function jsonDemand(operations: Operations, target: string, body: Buffer): Demand {
  const name = target.startsWith(TARGET_PREFIX) ? target.slice(TARGET_PREFIX.length) : '';
  const operation = operations.get(name);
  if (operation === undefined) {
    throw new SqsError('UnknownOperation', 'The operation in X-Amz-Target does not exist.');
  }
  return {
    operation,
    run: (handlers, call) => operation.callJson(handlers, parseJsonBody(body), call),
  };
}

/** Throws MalformedQueryString, UnknownOperation where no action is named, InvalidAction. */
export function queryDemand(operations: Operations, request: FastifyRequest, body: Buffer): Demand {
  const url = request.originalUrl;
  const isForm = request.headers['content-type']?.toLowerCase().startsWith(FORM) === true;
  const parameters = parseParameters(queryText(url), isForm ? formText(body) : '');
  const name = parameters.children.get('Action')?.value;
  if (name === undefined || name === '') throw new SqsError('UnknownOperation');
  const path = pathOf(url);
  const operation = operations.get(name);
  if (operation === undefined || (WITHOUT_QUEUE.has(name) && isQueuePath(path))) {
    throw new SqsError('InvalidAction', `The action ${name} is not valid for this endpoint.`);
  }
  if (operation.takesQueueUrl) nameQueueByPath(parameters, path);
  return { operation, run: (handlers, call) => operation.callQuery(handlers, parameters, call) };
}

/** The parameter QueueUrl wins where both name a queue. */
function nameQueueByPath(parameters: Node, path: string): void {
  const given = parameters.children.get('QueueUrl');
  if (path === '' || (given?.value ?? '') !== '') return;
  parameters.children.set('QueueUrl', { value: path, children: new Map() });
}
