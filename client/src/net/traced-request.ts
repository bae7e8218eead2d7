// What becomes of requests and connections, told of where somebody listens: requests on the channel of all of them, and on
// that of their API; the end of a connection in the log too. It changes nothing about them.

import type { ApiName, MillraceError, RequestInput, ResponseOf } from '@millrace/protocol';
import { announce, type RequestTrace, TRACE_OF, TRACES, traced } from '../diagnostics.ts';
import type { Logger } from '../logger.ts';
import type { BrokerInfo } from './session.ts';

export function tracedRequest<N extends ApiName>(
  api: N,
  body: RequestInput<N>,
  clientName: string,
  run: () => Promise<ResponseOf<N>>,
): Promise<ResponseOf<N>> {
  const own = TRACE_OF[api];
  const { request } = TRACES;
  if (!request.hasSubscribers && own?.hasSubscribers !== true) return run();
  const context = () => ({ api, body, clientName }) as unknown as RequestTrace;
  return traced(request, context, () => (own === undefined ? run() : traced(own, context, run)));
}

export function announceEnd(
  { address }: BrokerInfo,
  clientName: string,
  reason: MillraceError,
): void {
  announce(TRACES.disconnect, () => ({ address, clientName, reason }));
}

/** Brokers close connections that ask nothing for long: that is as it should be. */
export function logEnd(logger: Logger, wasIdle: boolean, { message: reason }: MillraceError): void {
  if (wasIdle)
    logger.info?.('connection closed while nothing was asked, connecting again', { reason });
  else logger.warn?.('connection lost, connecting again', { reason });
}
