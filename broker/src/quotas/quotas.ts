// The quotas in force: a user's own, or the broker's, and who is charged: a user, or an address where nobody was asked
// who they are. It counts nothing itself.

import { BUILT_IN_USERS, QuotaMeters, type Usage, type UserQuotas } from '@millrace/core';
import type { ConnectionInfo } from '../handlers/handler.ts';
import { payerOf } from './payer-of.ts';

export interface QuotaOptions {
  /** A second; 0: without bound. */
  readonly quotaProduceBytes: number;
  readonly quotaFetchBytes: number;
  readonly quotaRequests: number;
}

export interface QuotaSources {
  readonly options: QuotaOptions;
  /** Undefined: no such user, or one that is no row. */
  readonly quotasOf: (user: string) => UserQuotas | undefined;
  /** Monotonic, ms. */
  readonly nowMs: () => number;
}

export class Quotas {
  readonly #meters = new QuotaMeters();
  readonly #defaults: UserQuotas;
  readonly #hasDefaults: boolean;
  readonly #sources: QuotaSources;

  constructor(sources: QuotaSources) {
    const { quotaProduceBytes, quotaFetchBytes, quotaRequests } = sources.options;
    this.#sources = sources;
    this.#defaults = {
      produceBytesPerSecond: quotaProduceBytes || null,
      fetchBytesPerSecond: quotaFetchBytes || null,
      requestsPerSecond: quotaRequests || null,
    };
    this.#hasDefaults = isBound(this.#defaults);
  }

  /** Undefined: nobody has to count what this connection does. */
  inForce({ access }: ConnectionInfo): UserQuotas | undefined {
    const { user } = access;
    const defaults = this.#hasDefaults ? this.#defaults : undefined;
    if (user === '') return defaults;
    if (user === BUILT_IN_USERS.gateway || user === BUILT_IN_USERS.admin) return undefined;
    const own = this.#sources.quotasOf(user);
    if (own === undefined || !isBound(own)) return defaults;
    return {
      produceBytesPerSecond: own.produceBytesPerSecond ?? this.#defaults.produceBytesPerSecond,
      fetchBytesPerSecond: own.fetchBytesPerSecond ?? this.#defaults.fetchBytesPerSecond,
      requestsPerSecond: own.requestsPerSecond ?? this.#defaults.requestsPerSecond,
    };
  }

  /** Has the connection read no further while its user is beyond its quotas; for how long, ms. */
  charge(connection: ConnectionInfo, quotas: UserQuotas, usage: Usage): number {
    const nowMs = this.#sources.nowMs();
    const pauseMs = this.#meters.charge(payerOf(connection), quotas, usage, nowMs);
    if (pauseMs > 0) connection.throttle(pauseMs);
    return pauseMs;
  }
}

function isBound(quotas: UserQuotas): boolean {
  return (
    quotas.produceBytesPerSecond !== null ||
    quotas.fetchBytesPerSecond !== null ||
    quotas.requestsPerSecond !== null
  );
}
