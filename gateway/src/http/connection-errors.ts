// What went wrong on a connection before there was a request: a head too large, one that is no HTTP, one that does not
// come, a handshake of TLS that fails. It answers as well as it can and closes.

import { randomUUID } from 'node:crypto';
import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { GatewayMetrics, RefusalReason } from '../metrics/gateway-metrics.ts';
import { HttpProblem, problemStatus } from '../rest/problem/problems.ts';
import { PROBLEM_MEDIA_TYPE, problemOf } from '../rest/problem/send-problem.ts';

type Code = 'HEADERS_TOO_LARGE' | 'REQUEST_TIMEOUT' | 'MALFORMED_BODY';

const FAULTS: { readonly [code: string]: { readonly code: Code; readonly reason: RefusalReason } } =
  {
    HPE_HEADER_OVERFLOW: { code: 'HEADERS_TOO_LARGE', reason: 'headers' },
    ERR_HTTP_REQUEST_TIMEOUT: { code: 'REQUEST_TIMEOUT', reason: 'timeout' },
  };
const OTHER = { code: 'MALFORMED_BODY', reason: 'malformed' } as const;

function isOfTls({ code = '' }: NodeJS.ErrnoException): boolean {
  return /^ERR_(?:SSL|TLS)_/.test(code);
}

/** For fastify's `clientErrorHandler`. */
export function answerConnectionError(
  error: NodeJS.ErrnoException,
  socket: Socket,
  metrics: GatewayMetrics,
): void {
  // Faults of TLS or of the network: an answer would wait for a handshake that does not come.
  const isOfHttp = /^(?:HPE_|ERR_HTTP_)/.test(error.code ?? '');
  if (!isOfHttp || !socket.writable) {
    if (isOfTls(error)) metrics.requestRefused('handshake');
    socket.destroy();
    return;
  }
  const { code, reason } = FAULTS[error.code ?? ''] ?? OTHER;
  metrics.requestRefused(reason);
  const requestId = randomUUID();
  const text = code === OTHER.code ? 'The request is not HTTP/1.1.' : undefined;
  const body = JSON.stringify(problemOf(new HttpProblem(code, text), requestId));
  const status = problemStatus(code);
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    `content-type: ${PROBLEM_MEDIA_TYPE}`,
    `content-length: ${Buffer.byteLength(body)}`,
    `x-request-id: ${requestId}`,
    'connection: close',
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`, () => socket.destroy());
}
