// Who is let in: so many connections in all, of one address and of one user, and so many new ones a second. It counts;
// sockets are the listener's.

import { TokenBucket } from '@millrace/core';
import { networkOf } from '@millrace/options';
import { MillraceError } from '@millrace/protocol';

export interface AdmissionLimits {
  readonly connectionsMax: number;
  readonly connectionsPerAddress: number;
  readonly connectionsPerUser: number;
  readonly connectionsPerSecond: number;
}

const RETRY_AFTER_MS = 1_000;

export class Admission {
  readonly #limits: AdmissionLimits;
  readonly #pace: TokenBucket;
  readonly #byAddress = new Map<string, number>();
  readonly #byUser = new Map<string, number>();
  #total = 0;

  constructor(limits: AdmissionLimits, nowMs: number) {
    this.#limits = limits;
    this.#pace = new TokenBucket(limits.connectionsPerSecond, nowMs);
  }

  /** Counts one more of this address, of IPv6 of its network, or says why not. */
  enter(address: string): MillraceError | undefined {
    const network = networkOf(address);
    const { connectionsMax, connectionsPerAddress } = this.#limits;
    if (this.#total >= connectionsMax) {
      return tooMany('The broker has as many connections as it may.', connectionsMax, '');
    }
    const ofAddress = this.#byAddress.get(network) ?? 0;
    if (ofAddress >= connectionsPerAddress) {
      const message = 'Your address has as many connections as one may.';
      return tooMany(message, connectionsPerAddress, ' of one address');
    }
    this.#total += 1;
    this.#byAddress.set(network, ofAddress + 1);
    return undefined;
  }

  leave(address: string): void {
    this.#total -= 1;
    takeOne(this.#byAddress, networkOf(address));
  }

  /** How long a new connection has to wait until it is begun, ms: those before it come first. `cost`: of how many it is worth. */
  waitMs(cost: number, nowMs: number): number {
    return this.#pace.take(cost, nowMs);
  }

  /** Counts one more of this user, or says why not. */
  enterUser(user: string): MillraceError | undefined {
    const { connectionsPerUser } = this.#limits;
    const ofUser = this.#byUser.get(user) ?? 0;
    if (ofUser >= connectionsPerUser) {
      const message = 'The user has as many connections as one may.';
      return tooMany(message, connectionsPerUser, ' of one user');
    }
    this.#byUser.set(user, ofUser + 1);
    return undefined;
  }

  leaveUser(user: string): void {
    takeOne(this.#byUser, user);
  }
}

function takeOne(counts: Map<string, number>, name: string): void {
  const left = (counts.get(name) ?? 0) - 1;
  if (left > 0) counts.set(name, left);
  else counts.delete(name);
}

function tooMany(message: string, limit: number, of: string): MillraceError {
  const detail = { limit: `${limit} connections${of}`, retryAfterMs: RETRY_AFTER_MS };
  return new MillraceError('OVERLOADED', message, detail);
}
