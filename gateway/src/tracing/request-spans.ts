// A span for each HTTP request, by OpenTelemetry's semantic conventions for HTTP servers: in the trace that the caller says
// it belongs to, and around all that is done for it. It changes no answer.

import {
  type Attributes,
  type Context,
  context as contexts,
  defaultTextMapGetter,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  type TextMapPropagator,
  type Tracer,
  trace,
} from '@opentelemetry/api';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { isSqs, methodOf, onceOver, routeOf, statusOf } from '../http/observe.ts';
import type { App } from '../services.ts';
import { ACTIONS } from '../sqs/model/actions.ts';
import { amazonContext } from './amazon-context.ts';

/** Asked all the time by what watches over the process. */
const UNSEEN: ReadonlySet<string> = new Set(['/healthz', '/readyz', '/metrics']);
const TARGET = /^AmazonSQS\.(\w{1,64})$/;

export class RequestSpans {
  readonly #tracer: Tracer;
  readonly #propagator: TextMapPropagator;
  readonly #inside = new WeakMap<FastifyRequest, Context>();

  constructor(tracer: Tracer, propagator: TextMapPropagator) {
    this.#tracer = tracer;
    this.#propagator = propagator;
  }

  install(app: App): void {
    app.addHook('onRequest', (request, reply, done) => {
      this.#begin(request, reply);
      done();
    });
    // A body comes in events of its socket, where no context is: from here on there is none to wait for.
    app.addHook('preValidation', (request, _reply, done) => {
      const inside = this.#inside.get(request);
      if (inside === undefined) done();
      else contexts.with(inside, done);
    });
  }

  traceIdOf(request: FastifyRequest): string | undefined {
    const inside = this.#inside.get(request);
    return inside && trace.getSpanContext(inside)?.traceId;
  }

  #begin(request: FastifyRequest, reply: FastifyReply): void {
    const route = routeOf(request);
    // What becomes of an upgraded connection is no answer.
    if (UNSEEN.has(route) || request.headers.upgrade !== undefined) return;
    const parent = this.#callerOf(request);
    const action = actionOf(request);
    const method = methodOf(request, route);
    const span = this.#tracer.startSpan(
      action === undefined ? `${method} ${route}` : `SQS.${action}`,
      {
        kind: SpanKind.SERVER,
        attributes: { ...attributesOf(request, route), 'rpc.method': action },
      },
      parent,
    );
    this.#inside.set(request, trace.setSpan(parent, span));
    onceOver(reply, () => end(span, statusOf(reply)));
  }

  /** W3C's headers beat Amazon's. */
  #callerOf({ headers }: FastifyRequest): Context {
    const told = this.#propagator.extract(ROOT_CONTEXT, headers, defaultTextMapGetter);
    if (trace.getSpanContext(told) !== undefined) return told;
    const amazon = headers['x-amzn-trace-id'];
    return typeof amazon === 'string' ? amazonContext(amazon) : ROOT_CONTEXT;
  }
}

function end(span: Span, status: number): void {
  span.setAttribute('http.response.status_code', status);
  if (status >= 500) {
    span.setAttribute('error.type', String(status));
    span.setStatus({ code: SpanStatusCode.ERROR });
  }
  span.end();
}

function actionOf(request: FastifyRequest): string | undefined {
  const target = request.headers['x-amz-target'];
  if (!isSqs(request) || typeof target !== 'string') return undefined;
  const action = TARGET.exec(target)?.[1];
  return action !== undefined && Object.hasOwn(ACTIONS, action) ? action : undefined;
}

/** Neither query nor body: they may hold what is nobody else's business. */
function attributesOf(request: FastifyRequest, route: string): Attributes {
  const { originalUrl, raw, headers } = request;
  const mark = originalUrl.indexOf('?');
  return {
    'http.request.method': raw.method,
    'http.route': isSqs(request) ? '/' : route,
    'url.path': mark === -1 ? originalUrl : originalUrl.slice(0, mark),
    'url.scheme': request.protocol,
    'server.address': raw.socket.localAddress,
    'server.port': raw.socket.localPort,
    'client.address': raw.socket.remoteAddress,
    'network.protocol.version': raw.httpVersion,
    'user_agent.original': headers['user-agent'],
    'millrace.request.id': request.id,
  };
}
