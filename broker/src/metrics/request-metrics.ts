// What dispatch records of requests and what connections record of bytes: plain numbers, read at the scrape.

import { Histogram } from '@millrace/options';
import { APIS, type ApiName, type ErrorName } from '@millrace/protocol';
import { METRICS } from './table.ts';

const API_NAMES = Object.keys(APIS) as ApiName[];

/** Requests of one API. */
export class ApiMetrics {
  readonly duration = new Histogram(METRICS.millrace_request_duration_seconds.buckets);
  ok = 0;
  readonly errors = new Map<ErrorName, number>();

  answered(durationMs: number): void {
    this.ok += 1;
    this.duration.record(durationMs / 1_000);
  }

  refused(error: ErrorName, durationMs: number): void {
    this.errors.set(error, (this.errors.get(error) ?? 0) + 1);
    this.duration.record(durationMs / 1_000);
  }
}

/** Requests of all APIs. `unknown` counts what named no API, or could not be read so far. */
export class RequestMetrics {
  readonly byApi: ReadonlyMap<ApiName, ApiMetrics> = new Map(
    API_NAMES.map((name) => [name, new ApiMetrics()]),
  );
  readonly unknown = new ApiMetrics();
  inFlight = 0;

  of(api: ApiName): ApiMetrics {
    return this.byApi.get(api) ?? this.unknown;
  }
}

export const CONNECTION_ENDS = [
  'client',
  'refused',
  'no_hello',
  'login',
  'handshake',
  'malformed',
  'slow_frame',
  'idle',
  'stalled',
  'flooded',
  'shutdown',
] as const;
export type ConnectionEnd = (typeof CONNECTION_ENDS)[number];

/** Connections and their bytes. */
export class NetMetrics {
  connections = 0;
  accepted = 0;
  /** Replies that told of a pause. */
  throttled = 0;
  receivedBytes = 0;
  sentBytes = 0;
  /** What requests of all connections hold; their budget looks at it. */
  requestBytes = 0;
  /** Replies of all connections that are not sent; connections look at it to bound themselves together. */
  unsentBytes = 0;
  readonly ended = new Map<ConnectionEnd, number>(CONNECTION_ENDS.map((reason) => [reason, 0]));

  endedBy(reason: ConnectionEnd): void {
    this.ended.set(reason, (this.ended.get(reason) ?? 0) + 1);
  }
}
