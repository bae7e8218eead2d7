// Keeps one session to any of the addresses: the first connection, and every one after a loss.
// It sends no requests but those of a login.

import { randomUUID } from 'node:crypto';
import { ERRORS, MillraceError } from '@millrace/protocol';
import { type ConnectTrace, TRACES, traced } from '../diagnostics.ts';
import type { Logger } from '../logger.ts';
import { pause, throwIfAborted } from '../wait.ts';
import { type Address, formatAddress } from './address.ts';
import { backoffMs, type RetryOptions } from './backoff.ts';
import { type DialOptions, dial } from './dial.ts';
import { isLoginRefusal, notReachable } from './link-errors.ts';
import type { Session, SessionOwner } from './session.ts';

export interface DialerOptions
  extends Omit<DialOptions, 'signal' | 'clientId' | 'connectionNumber'> {
  readonly addresses: readonly Address[];
  readonly retry: RetryOptions;
  readonly logger: Logger;
}

export class Dialer {
  /** Why the newest attempt failed, if it did, for requests that meet their deadline without a connection. */
  lastFailure: MillraceError | undefined;
  private readonly options: DialerOptions;
  private readonly owner: SessionOwner;
  private readonly closing = new AbortController();
  private readonly clientId = randomUUID();
  /** Attempts. */
  private next = 0;
  /** Since a connection has lasted. */
  private failures = 0;
  private connectedAt = 0;

  constructor(options: DialerOptions, owner: SessionOwner) {
    this.options = options;
    this.owner = owner;
  }

  /**
   * A reply came at this time. Once a connection has lasted, what goes wrong next is a new failure; one that is lost again
   * and again after a short while is made with ever longer pauses.
   */
  heard(at: number): void {
    if (this.failures > 0 && at - this.connectedAt > this.options.retry.maxDelayMs) {
      this.failures = 0;
    }
  }

  get refusal(): MillraceError | undefined {
    const { lastFailure } = this;
    return lastFailure !== undefined && isLoginRefusal(lastFailure) ? lastFailure : undefined;
  }

  close(): void {
    this.closing.abort();
  }

  /**
   * Tries every address once, then all again until `waitMs` have passed, unless one does not let the client in. The error
   * says of each address why.
   */
  async first(waitMs: number, signal: AbortSignal | undefined): Promise<Session> {
    const giveUpAt = performance.now() + waitMs;
    const closing = this.closing.signal;
    const either = signal === undefined ? closing : AbortSignal.any([closing, signal]);
    const throwIfGivenUp = () => {
      throwIfAborted(signal);
      if (closing.aborted) throw new MillraceError('CLIENT_CLOSED');
    };
    for (let round = 0; ; round += 1) {
      const failures: MillraceError[] = [];
      while (failures.length < this.options.addresses.length) {
        throwIfGivenUp();
        const session = await this.attempt(either);
        if (!(session instanceof MillraceError)) return session;
        // What an attempt says that was given up tells nothing of its address.
        throwIfGivenUp();
        failures.push(session);
      }
      if (failures.some(isLoginRefusal)) throw unreachable(failures);
      const pauseMs = backoffMs(this.options.retry, round);
      if (performance.now() + pauseMs >= giveUpAt) throw unreachable(failures);
      await pause(pauseMs, either);
    }
  }

  /** Tries until it has a session; undefined once closed. */
  async again(): Promise<Session | undefined> {
    while (!this.closing.signal.aborted) {
      const least = this.lastFailure?.detail.retryAfterMs;
      const pauseMs = backoffMs(this.options.retry, this.failures, least);
      await pause(pauseMs, this.closing.signal);
      if (this.closing.signal.aborted) return undefined;
      const session = await this.attempt(this.closing.signal);
      if (!(session instanceof MillraceError)) return session;
    }
    return undefined;
  }

  private async attempt(signal: AbortSignal): Promise<Session | MillraceError> {
    const { addresses, logger } = this.options;
    const address = addresses[this.next % addresses.length] as Address;
    this.next += 1;
    this.failures += 1;
    try {
      const session = await this.dial(address, signal);
      this.connectedAt = performance.now();
      this.lastFailure = undefined;
      logger.debug?.('connected', { broker: session.broker.address });
      return session;
    } catch (cause) {
      const before = this.lastFailure?.code;
      this.lastFailure = explained(address, cause);
      const fields = { broker: formatAddress(address), reason: this.lastFailure.message };
      const isNews = isLoginRefusal(this.lastFailure) && this.lastFailure.code !== before;
      if (isNews && this.connectedAt > 0) logger.warn?.('not let in, trying again', fields);
      else if (!signal.aborted) logger.debug?.('not connected', fields);
      return this.lastFailure;
    }
  }

  private async dial(address: Address, signal: AbortSignal): Promise<Session> {
    const { clientName } = this.options;
    const context = (): ConnectTrace => ({ address: formatAddress(address), clientName });
    let session: Session | undefined;
    await traced(TRACES.connect, context, async () => {
      const { clientId, next: connectionNumber } = this;
      const options = { ...this.options, clientId, connectionNumber, signal };
      session = await dial(address, this.owner, options);
      return session.broker;
    });
    return session as unknown as Session;
  }
}

function explained(address: Address, cause: unknown): MillraceError {
  if (cause instanceof MillraceError && cause.code !== 'CONNECTION_LOST') return cause;
  const reason = cause instanceof Error ? cause.message : String(cause);
  const text = `${formatAddress(address)}: ${reason}`;
  return new MillraceError('CONNECTION_LOST', text, {}, { cause });
}

/** One error for all addresses; its code is CONNECTION_LOST unless the last broker there refused for good. */
function unreachable(failures: readonly MillraceError[]): MillraceError {
  const last = failures.find(isLoginRefusal) ?? failures.at(-1);
  const reasons = failures.map((failure) => failure.message).join('; ');
  if (last === undefined) return notReachable(undefined);
  const isFinal = ERRORS[last.code].action === 'give up';
  return isFinal
    ? new MillraceError(last.code, reasons, last.detail, { cause: last })
    : notReachable(last, reasons);
}
