// Bodies of requests in memory: what is read of large ones is counted over all connections, until they are answered, and whoever
// goes beyond the bound is told to come back later. Small ones are as many as there are connections.

import { Transform } from 'node:stream';
import { MillraceError } from '@millrace/protocol';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { GatewayMetrics } from '../metrics/gateway-metrics.ts';
import type { App, Services } from '../services.ts';
import { onceOver } from './observe.ts';

const SMALL_BYTES = 16 * 1_024;
const RETRY_AFTER_MS = 1_000;

/** By what the head says: whether the body may be more than a small one. */
export function mayBeLarge({ headers }: FastifyRequest): boolean {
  const isCounted = headers['transfer-encoding'] === undefined;
  return !isCounted || Number(headers['content-length'] ?? 0) > SMALL_BYTES;
}

/** `max`: bytes of large bodies at a time. Behind whatever turns requests away by their heads. */
export function boundBodies(app: App, { metrics }: Services, max: number): void {
  app.addHook('preParsing', (request, reply, body, done) => {
    if (!mayBeLarge(request)) {
      done(null, body);
      return;
    }
    const counted = countedBody(metrics, reply, max);
    // The request itself stays whole where the body is refused: it has to be answered.
    body.once('error', (error) => counted.destroy(error));
    done(null, body.pipe(counted));
  });
}

function countedBody(metrics: GatewayMetrics, reply: FastifyReply, max: number): Transform {
  let held = 0;
  let isOver = false;
  onceOver(reply, () => {
    metrics.bodyBytes -= held;
    isOver = true;
  });
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      // It was answered before all of it had come: nobody reads the rest.
      if (isOver) {
        done();
        return;
      }
      if (metrics.bodyBytes + chunk.length > max) {
        metrics.requestRefused('memory');
        done(noRoom(max));
        return;
      }
      metrics.bodyBytes += chunk.length;
      held += chunk.length;
      done(null, chunk);
    },
  });
}

function noRoom(max: number): MillraceError {
  const detail = { limit: `${max} bytes`, retryAfterMs: RETRY_AFTER_MS };
  return new MillraceError(
    'OVERLOADED',
    'Bodies of requests take all the memory they may.',
    detail,
  );
}
