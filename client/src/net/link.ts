// Requests to the broker, whatever becomes of single connections: deadlines, bounds, resending by the error table.
// It knows nothing of topics or groups.

import {
  type ApiName,
  type CodecName,
  MillraceError,
  type RequestInput,
  type ResponseOf,
} from '@millrace/protocol';
import { Deadlines } from '../deadlines.ts';
import { Fifo } from '../fifo.ts';
import { pause, throwIfAborted } from '../wait.ts';
import { Call, type CallOptions, isRepeatable } from './call.ts';
import { Dialer, type DialerOptions } from './dialer.ts';
import { notReachable, notSentInTime, tooManyQueued } from './link-errors.ts';
import { OfflineWatch } from './offline.ts';
import { errorAfterLoss, pauseBeforeResend, replyAfterLoss } from './resend.ts';
import type { BrokerInfo, BrokerLimits, Session, SessionOwner } from './session.ts';
import { SilenceWatch } from './silence.ts';
import { Throttling } from './throttling.ts';
import { announceEnd, logEnd, tracedRequest } from './traced-request.ts';

export interface LinkOptions extends DialerOptions {
  readonly requestTimeoutMs: number;
  readonly maxInFlight: number;
  readonly maxUnsentBytes: number;
  /** Requests that wait here, for room or a connection. */
  readonly maxQueued: number;
  /** Replies are awaited and nothing was heard for so long: the broker is asked for a sign of life. */
  readonly pingIdleMs: number;
  /** Without a connection for so long, requests do not wait for one; undefined: they do. */
  readonly failOfflineMs: number | undefined;
}

/** What a caller may say of one request. */
export interface RequestOptions {
  /** Gives the request up: ABORTED. A waiting request is cancelled at the broker too. */
  readonly signal?: AbortSignal | undefined;
  /** From now to the outcome, over all attempts, ms. Default: the client's `requestTimeoutMs`. */
  readonly timeoutMs?: number | undefined;
}

/** Left free below the broker's bound for requests that do not wait for room. */
const URGENT_RESERVE = 64;

export class Link implements SessionOwner {
  readonly options: LinkOptions;
  readonly throttling = new Throttling();
  private readonly dialer: Dialer;
  private readonly deadlines = new Deadlines(() => this.sweep());
  private readonly silence: SilenceWatch;
  private readonly queue = new Fifo<Call>();
  private readonly closing = new AbortController();
  private readonly offline: OfflineWatch;
  private session: Session | undefined;
  private lastBroker: BrokerInfo | undefined;
  private lastLimits: BrokerLimits = {};
  private lastCodecs: readonly CodecName[] = [];
  private clockOffsetMs = 0;
  private maxInFlight: number;

  constructor(options: LinkOptions) {
    this.options = options;
    this.maxInFlight = options.maxInFlight;
    this.dialer = new Dialer(options, this);
    this.silence = new SilenceWatch(options.pingIdleMs);
    this.offline = new OfflineWatch(options.failOfflineMs, () => this.failQueued());
  }

  /** Resolves once a broker has answered Hello. Throws what `connect()` documents. */
  async open(waitMs: number, signal: AbortSignal | undefined): Promise<void> {
    this.adopt(await this.dialer.first(waitMs, signal));
  }

  get isConnected(): boolean {
    return this.session !== undefined;
  }

  get isClosed(): boolean {
    return this.closing.signal.aborted;
  }

  /** Aborted by close(): ends what waits between requests. */
  get closed(): AbortSignal {
    return this.closing.signal;
  }

  /** Of the newest connection. */
  get broker(): BrokerInfo {
    if (this.lastBroker === undefined) throw new MillraceError('CONNECTION_LOST');
    return this.lastBroker;
  }

  /** Why the broker does not let this client in, while it does not. */
  get loginRefusal(): MillraceError | undefined {
    return this.dialer.refusal;
  }

  get limits(): BrokerLimits {
    return this.lastLimits;
  }

  /** What the broker takes in batches. */
  get codecs(): readonly CodecName[] {
    return this.lastCodecs;
  }

  /** By the broker's clock, as well as it is known here, ms since 1970. */
  get brokerNowMs(): number {
    return Date.now() + this.clockOffsetMs;
  }

  /**
   * Sends it until it has a response or the deadline is met: again after a pause where it had no effect, and after a lost
   * connection where it is idempotent. Errors keep their code, but for OUTCOME_UNKNOWN where an attempt may have had one.
   */
  request<N extends ApiName>(
    api: N,
    body: RequestInput<N>,
    options: RequestOptions & CallOptions = {},
  ): Promise<ResponseOf<N>> {
    const run = () => this.attempts(api, body, options);
    return tracedRequest(api, body, this.options.clientName, run);
  }

  private async attempts<N extends ApiName>(
    api: N,
    body: RequestInput<N>,
    options: RequestOptions & CallOptions,
  ): Promise<ResponseOf<N>> {
    const deadlineAt = performance.now() + (options.timeoutMs ?? this.options.requestTimeoutMs);
    let isLost = false;
    for (let attempt = 0; ; attempt += 1) {
      try {
        const reply = (await this.call(api, body, deadlineAt, options)) as ResponseOf<N>;
        return isLost ? replyAfterLoss(api, reply) : reply;
      } catch (thrown) {
        if (options.once === true) throw thrown;
        const failure = thrown as MillraceError;
        const repeatable = isRepeatable(api, options);
        const pauseMs = pauseBeforeResend(failure, attempt, repeatable, this.options.retry);
        if (pauseMs === undefined || performance.now() + pauseMs >= deadlineAt)
          throw isLost ? errorAfterLoss(api, failure) : failure;
        isLost ||= failure.code === 'OUTCOME_UNKNOWN';
        if (pauseMs > 0) await pause(pauseMs, this.closing.signal, options.signal);
        throwIfAborted(options.signal);
      }
    }
  }

  /** Ends everything at once: what waits gets CLIENT_CLOSED. */
  close(): void {
    if (this.isClosed) return;
    this.closing.abort();
    this.dialer.close();
    this.deadlines.close();
    this.silence.stop();
    this.offline.end();
    const error = new MillraceError('CLIENT_CLOSED');
    const { session } = this;
    for (const call of [...this.queue.drain(), ...(session?.calls() ?? [])]) call.fail(error);
    this.session = undefined;
    session?.destroy(error);
    if (session !== undefined) announceEnd(session.broker, this.options.clientName, error);
  }

  onRoom(): void {
    if (this.session === undefined) return; // The reply to Hello, which proves little.
    this.dialer.heard(this.session.lastHeardAt);
    this.pump();
  }

  onEnd(session: Session, reason: MillraceError): void {
    if (this.session !== session) return;
    this.session = undefined;
    this.silence.stop();
    announceEnd(session.broker, this.options.clientName, reason);
    if (this.isClosed) return;
    this.dialer.lastFailure = reason;
    this.offline.begin();
    logEnd(this.options.logger, session.wasIdle, reason);
    void this.reconnect();
  }

  private failQueued(): void {
    for (const call of this.queue.drain()) call.fail(notReachable(this.dialer.lastFailure));
  }

  private async reconnect(): Promise<void> {
    const session = await this.dialer.again();
    if (session === undefined) return;
    this.options.logger.info?.('connected again', { broker: session.broker.address });
    this.adopt(session);
  }

  private adopt(session: Session): void {
    if (this.isClosed) {
      session.destroy(new MillraceError('CLIENT_CLOSED'));
      return;
    }
    this.session = session;
    this.offline.end();
    if (session.endReason !== undefined) {
      this.onEnd(session, session.endReason);
      return;
    }
    this.lastBroker = session.broker;
    this.lastLimits = session.limits;
    this.lastCodecs = session.codecs;
    this.clockOffsetMs = session.clockOffsetMs;
    const bound = (session.limits['inFlightRequestsMax'] ?? Infinity) - URGENT_RESERVE;
    this.maxInFlight = Math.max(1, Math.min(this.options.maxInFlight, bound));
    this.silence.start(session, () => this.ask());
    this.pump();
  }

  private call(
    api: ApiName,
    body: object,
    deadlineAt: number,
    options: CallOptions,
  ): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const call = new Call(api, body, deadlineAt, options, resolve, reject);
      if (this.isClosed) return call.fail(new MillraceError('CLIENT_CLOSED'));
      if (options.signal?.aborted) return void call.abort();
      call.listen(() => this.abort(call));
      this.deadlines.watch(deadlineAt);
      if (this.session !== undefined && this.mayGo(call)) this.session.send(call);
      else if (this.offline.isGivenUp) call.fail(notReachable(this.dialer.lastFailure));
      else if (call.urgent) this.queue.unshift(call);
      else if (this.queue.length < this.options.maxQueued) this.queue.push(call);
      else call.fail(tooManyQueued(this.options.maxQueued));
    });
  }

  private mayGo(call: Call): boolean {
    if (call.urgent) return true;
    return this.queue.length === 0 && this.hasRoom();
  }

  private hasRoom(): boolean {
    const { session } = this;
    return (
      session !== undefined &&
      session.inFlight < this.maxInFlight &&
      session.unsentBytes < this.options.maxUnsentBytes
    );
  }

  private pump(): void {
    for (let call = this.queue.peek(); call !== undefined; call = this.queue.peek()) {
      if (!call.isSettled) {
        if (!this.hasRoom() && !(call.urgent && this.session !== undefined)) return;
        this.session?.send(call);
      }
      this.queue.shift();
    }
  }

  /** Where no answer comes in time, the session ends as one that was silent. */
  private ask(): void {
    const deadlineAt = performance.now() + this.options.connectTimeoutMs;
    const { logger } = this.options;
    const asked = this.call('Metadata', { topics: [] }, deadlineAt, { urgent: true });
    asked.catch(({ message: reason }: Error) => logger.debug?.('no sign of life', { reason }));
  }

  private abort(call: Call): void {
    if (!call.abort()) return;
    this.session?.cancel(call);
    this.deadlines.watch(call.deadlineAt);
  }

  /** Settles what is overdue; returns the next deadline. */
  private sweep(): number {
    const now = performance.now();
    let next = Number.POSITIVE_INFINITY;
    const overdue: Call[] = [];
    const look = (call: Call) => {
      if (call.isSettled) return;
      if (call.deadlineAt <= now) overdue.push(call);
      else next = Math.min(next, call.deadlineAt);
    };
    const isWaiting = (call: Call) => !call.isSettled && call.deadlineAt > now;
    for (const call of this.queue.filter(isWaiting)) look(call);
    for (const call of this.queue) look(call);
    for (const call of this.session?.calls() ?? []) look(call);
    for (const call of overdue) this.overdue(call);
    return next;
  }

  private overdue(call: Call): void {
    if (call.state !== 'queued') this.session?.overdue(call);
    else if (this.isConnected) call.fail(notSentInTime());
    else call.fail(notReachable(this.dialer.lastFailure));
  }
}
