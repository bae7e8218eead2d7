// What all spans are made with.

import type { Tracer } from '@opentelemetry/api';
import type { Propagator } from './carriers.ts';

export interface Tools {
  readonly tracer: Tracer;
  readonly propagator: Propagator;
  /** Batches of more messages have no span for each. */
  readonly createSpansMax: number;
  /** Of one span: SDKs drop further ones. */
  readonly linksMax: number;
  /** A handler of one message goes on in the trace of the message. */
  readonly continuesTrace: boolean;
}
