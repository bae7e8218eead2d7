// How a request is turned away before its route sees it, in the shape that its side of the gateway answers with.

import type { FastifyRequest } from 'fastify';
import type { GatewayMetrics, RefusalReason } from '../metrics/gateway-metrics.ts';
import { HttpProblem } from '../rest/problem/problems.ts';
import { SqsError, type SqsErrorName } from '../sqs/errors.ts';
import { isSqs } from './observe.ts';

interface RefusalSpec {
  readonly problem: ConstructorParameters<typeof HttpProblem>[0];
  readonly sqs: SqsErrorName;
  readonly reason: RefusalReason;
}

export const REFUSALS = {
  origin: { problem: 'FORBIDDEN_ORIGIN', sqs: 'AccessDenied', reason: 'origin' },
  host: { problem: 'FORBIDDEN', sqs: 'AccessDenied', reason: 'host' },
  rate: { problem: 'TOO_MANY_REQUESTS', sqs: 'RequestThrottled', reason: 'rate' },
} as const satisfies Record<string, RefusalSpec>;

export type RefusalName = keyof typeof REFUSALS;

/** The error to throw; it is counted. */
export function refusal(
  name: RefusalName,
  text: string,
  request: FastifyRequest,
  metrics: GatewayMetrics,
): Error {
  const { problem, sqs, reason } = REFUSALS[name];
  metrics.requestRefused(reason);
  return isSqs(request) ? new SqsError(sqs, text) : new HttpProblem(problem, text);
}
