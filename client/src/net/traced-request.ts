// A request as it is, told of where somebody listens: on the channel of all requests, and on that of its API.

import type { ApiName, RequestInput, ResponseOf } from '@millrace/protocol';
import { type RequestTrace, TRACE_OF, TRACES, traced } from '../diagnostics.ts';

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
