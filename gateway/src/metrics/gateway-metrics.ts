// What the gateway counts: plain numbers, read at the scrape. Routes and SQS actions tell it what they know alone.

import { Histogram } from '@millrace/options';
import { METRICS } from './table.ts';

/** Why a request was turned away before its route saw it. */
export const REFUSALS = [
  'origin',
  'host',
  'credentials',
  'rate',
  'headers',
  'timeout',
  'malformed',
  'handshake',
  'connections',
  'memory',
] as const;
export type RefusalReason = (typeof REFUSALS)[number];

export const FEEDS = ['websocket', 'sse'] as const;
/** A connection on which events go out as they come. */
export type FeedKind = (typeof FEEDS)[number];

/** Requests of one route and method. */
export class RouteMetrics {
  readonly method: string;
  readonly route: string;
  readonly duration = new Histogram(METRICS.millrace_http_request_duration_seconds.buckets);
  readonly statuses = new Map<number, number>();

  constructor(method: string, route: string) {
    this.method = method;
    this.route = route;
  }

  answered(status: number, durationMs: number): void {
    this.statuses.set(status, (this.statuses.get(status) ?? 0) + 1);
    this.duration.record(durationMs / 1_000);
  }
}

export class GatewayMetrics {
  readonly routes = new Map<string, RouteMetrics>();
  /** By action, then by outcome. */
  readonly actions = new Map<string, Map<string, number>>();
  readonly refused = new Map<RefusalReason, number>(REFUSALS.map((reason) => [reason, 0]));
  readonly feeds = new Map<FeedKind, number>(FEEDS.map((kind) => [kind, 0]));
  inFlight = 0;
  /** Of large bodies that are read or not answered yet. */
  bodyBytes = 0;

  route(method: string, route: string): RouteMetrics {
    const key = `${method} ${route}`;
    let metrics = this.routes.get(key);
    if (metrics === undefined) {
      metrics = new RouteMetrics(method, route);
      this.routes.set(key, metrics);
    }
    return metrics;
  }

  /** An SQS action is answered: `ok`, or the name of its error. Names that callers choose must not come here. */
  sqsAnswered(action: string, outcome: string): void {
    let outcomes = this.actions.get(action);
    if (outcomes === undefined) {
      outcomes = new Map();
      this.actions.set(action, outcomes);
    }
    outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
  }

  requestRefused(reason: RefusalReason): void {
    this.refused.set(reason, (this.refused.get(reason) ?? 0) + 1);
  }

  feedOpened(kind: FeedKind): void {
    this.feeds.set(kind, (this.feeds.get(kind) ?? 0) + 1);
  }

  feedClosed(kind: FeedKind): void {
    this.feeds.set(kind, (this.feeds.get(kind) ?? 0) - 1);
  }
}
