// From a request to its answer: which protocol, whose signature, what came of it. What an action does is its handler's;
// how input and output look is the operation's.

import type { IncomingMessage } from 'node:http';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { SocketCaller } from '../../http/caller.ts';
import type { WaitingCallers } from '../../http/waiting-callers.ts';
import type { Caller, Visitors } from '../../services.ts';
import type { SqsError } from '../errors.ts';
import type { SqsHandlers } from '../handler.ts';
import { queryErrorHeader } from '../wire/error-writer.ts';
import { JSON_FORM, QUERY_JSON_FORM, type ReplyForm, XML_FORM } from '../wire/reply-form.ts';
import { Call, type CallSettings } from './call.ts';
import { type Demand, jsonDemand, queryDemand } from './demand.ts';
import type { Operations } from './operation.ts';
import { sqsErrorOf } from './sqs-error-of.ts';

export interface DispatchSources {
  readonly operations: Operations;
  readonly settings: CallSettings;
  readonly waiting: WaitingCallers;
  /** Undefined: signatures are not asked for, and not looked at. */
  readonly visitors: Visitors | undefined;
  /** For whoever sent the request, which was let in. */
  readonly handlersOf: (request: IncomingMessage) => SqsHandlers;
  /** With `ok` or the name of the error. Requests that name no action that there is are `(none)`. */
  readonly onAnswered: (action: string, outcome: string) => void;
}

/** Gives the body; undefined where there is nobody to answer. */
export type Dispatch = (
  request: FastifyRequest,
  reply: FastifyReply,
) => Promise<string | undefined>;

const NO_BODY = Buffer.alloc(0);
const CALLER_GONE = 'CallerGone';
const NO_ACTION = '(none)';

export function createDispatch(sources: DispatchSources): Dispatch {
  const { operations, settings, waiting, visitors, handlersOf, onAnswered } = sources;
  return async (request, reply) => {
    const form = replyFormOf(request);
    const caller = new SocketCaller(request.raw, reply.raw, waiting);
    const call = callOf(request, form, settings, caller);
    let demand: Demand | undefined;
    let outcome = 'ok';
    try {
      const body = Buffer.isBuffer(request.body) ? request.body : NO_BODY;
      if (visitors !== undefined) {
        await visitors.admitSigned(request.raw, request.originalUrl, body);
      }
      demand = demandOf(operations, request, body);
      const output = await demand.run(handlersOf(request.raw), call);
      return answer(reply, form, 200, form.output(demand.operation, output, request.id));
    } catch (failure) {
      const error = sqsErrorOf(failure);
      logFault(request, error, demand);
      outcome = caller.isGone ? CALLER_GONE : error.error;
      return caller.isGone ? leave(reply) : answerError(request, reply, form, error);
    } finally {
      caller.release();
      visitors?.dismiss(request.raw);
      onAnswered(demand?.operation.name ?? NO_ACTION, outcome);
    }
  };
}

/** For what fails before the dispatcher is reached: the server's own limits, and hooks. */
export function refuse(failure: unknown, request: FastifyRequest, reply: FastifyReply): string {
  const error = sqsErrorOf(failure);
  logFault(request, error, undefined);
  return answerError(request, reply, replyFormOf(request), error);
}

function demandOf(operations: Operations, request: FastifyRequest, body: Buffer): Demand {
  const target = request.headers['x-amz-target'];
  return typeof target === 'string'
    ? jsonDemand(operations, target, body)
    : queryDemand(operations, request, body);
}

function replyFormOf(request: FastifyRequest): ReplyForm {
  const { headers } = request;
  if (headers['x-amz-target'] !== undefined) return JSON_FORM;
  return headers.accept?.startsWith('application/json') === true ? QUERY_JSON_FORM : XML_FORM;
}

function callOf(
  request: FastifyRequest,
  form: ReplyForm,
  settings: CallSettings,
  caller: Caller,
): Call {
  return new Call({
    requestId: request.id,
    protocol: form.protocol,
    url: request.originalUrl,
    request: request.raw,
    settings,
    caller,
  });
}

/** Without the serializer fastify would add a charset to JSON's content type. */
function answer(reply: FastifyReply, form: ReplyForm, status: number, body: string): string {
  reply.raw.statusCode = status;
  reply.header('x-amzn-RequestId', reply.request.id);
  reply.header('content-type', form.contentType);
  reply.serializer(asItIs);
  return body;
}

function asItIs(body: unknown): string {
  return body as string;
}

function answerError(
  request: FastifyRequest,
  reply: FastifyReply,
  form: ReplyForm,
  error: SqsError,
): string {
  if (form.protocol === 'json') reply.header('x-amzn-query-error', queryErrorHeader(error));
  return answer(reply, form, error.spec.status, form.error(error, request.id));
}

/** Nobody is there: nothing is written. */
function leave(reply: FastifyReply): undefined {
  reply.hijack();
}

function logFault(request: FastifyRequest, error: SqsError, demand: Demand | undefined): void {
  if (error.error !== 'InternalFailure') return;
  const action = demand?.operation.name;
  request.log.error({ event: 'http_fault', err: error.cause, action }, 'A request met a fault.');
}
