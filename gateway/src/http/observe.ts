// What is known of every request from its head to the end of its answer: its id, a log line, counts. It changes nothing of
// the answer but the header that names the request.

import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { type LineOf, LineSums, type Log } from '@millrace/options';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { App, Services } from '../services.ts';
import { SQS_ROUTE } from '../sqs/dispatch/route-choice.ts';

const SANE_ID = /^[\w.:=+/-]{1,128}$/;
/** Nginx's number for a caller that went away before its answer. */
const CALLER_GONE = 499;

/** What the caller calls the request, where that is no more than a name; otherwise a new one. */
export function requestIdOf(request: IncomingMessage): string {
  const given = request.headers['x-request-id'];
  return typeof given === 'string' && SANE_ID.test(given) ? given : randomUUID();
}

export function isSqs(request: FastifyRequest): boolean {
  return request.raw.url === SQS_ROUTE;
}

/** A pattern, never what a caller wrote: metrics have a line for each. */
export function routeOf(request: FastifyRequest): string {
  return isSqs(request) ? '(sqs)' : (request.routeOptions.url ?? '(none)');
}

/** Methods that no route has are one. */
export function methodOf({ method }: FastifyRequest, route: string): string {
  return route === '(none)' ? '(any)' : method;
}

/** Once it is over. */
export function statusOf({ raw }: FastifyReply): number {
  return raw.writableFinished ? raw.statusCode : CALLER_GONE;
}

/** An answer that waits behind others on its connection has no socket yet, and hears nothing of the end of it. */
export function onceOver({ raw, request }: FastifyReply, tell: () => void): void {
  if (raw.socket !== null) {
    raw.once('close', tell);
    return;
  }
  const { socket } = request.raw;
  // All that wait in one line listen to it; that they are many is no leak.
  socket.setMaxListeners(0);
  const over = () => {
    raw.off('close', over);
    socket.off('close', over);
    tell();
  };
  raw.once('close', over);
  socket.once('close', over);
}

export interface Observer {
  readonly log: Log;
  /** Undefined: no request has a trace. */
  readonly traceIdOf?: ((request: FastifyRequest) => string | undefined) | undefined;
}

export function observeRequests(
  app: App,
  { metrics, closing }: Services,
  { log, traceIdOf }: Observer,
): void {
  const failures = new WeakMap<FastifyRequest, Error>();
  // A full disk fails every request: one line for each would fill it further.
  const failed = new LineSums<Omit<LineOf<'http_failed'>, 'event'>>((fields, count) =>
    log.warn({ event: 'http_failed', ...fields, count }, 'Requests failed.'),
  );
  app.addHook('onClose', (_app, done) => {
    failed.close();
    done();
  });
  app.addHook('onRequest', (request, reply, done) => {
    if (!isSqs(request)) reply.header('x-request-id', request.id);
    if (closing.aborted) reply.header('connection', 'close');
    if (request.headers.upgrade === undefined) {
      metrics.inFlight += 1;
      const startedAtMs = performance.now();
      onceOver(reply, () => {
        metrics.inFlight -= 1;
        answered(request, reply, performance.now() - startedAtMs);
      });
    } else {
      // An upgrade that was refused: nobody else closes what the HTTP server has let go of.
      const { socket } = request.raw;
      reply.header('connection', 'close');
      reply.raw.once('finish', () => socket.end(() => socket.destroy()));
    }
    done();
  });
  app.addHook('onError', (request, _reply, error, done) => {
    failures.set(request, error);
    done();
  });

  function answered(request: FastifyRequest, reply: FastifyReply, durationMs: number): void {
    const status = statusOf(reply);
    const route = routeOf(request);
    const method = methodOf(request, route);
    metrics.route(method, route).answered(status, durationMs);
    const fields = {
      requestId: request.id,
      method,
      route,
      status,
      durationMs: Math.ceil(durationMs),
      ...(traceIdOf && { traceId: traceIdOf(request) }),
    };
    if (status < 500) log.debug({ event: 'http_answered', ...fields }, 'answered');
    else failed.add(`${method} ${route} ${status}`, { ...fields, err: failures.get(request) });
  }
}
