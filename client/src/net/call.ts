// One attempt of one request, from the moment it is asked for to its one outcome.

import { APIS, type ApiName, MillraceError } from '@millrace/protocol';
import { onAbort } from '../on-abort.ts';
import { abortedError } from '../wait.ts';
import { errorAfterLoss } from './resend.ts';

/** APIs that may wait at the broker: only these are worth a Cancel. */
const WAITING: ReadonlySet<ApiName> = new Set<ApiName>(['Fetch', 'Receive', 'GroupHeartbeat']);

/** How long a cancelled request may take to say so, ms. */
const CANCEL_GRACE_MS = 2_000;

export type CallState =
  | 'queued'
  | 'sent'
  /** Cancel is on its way; the reply still decides. */
  | 'cancelling'
  /** Has its outcome. If it was sent, it still takes a place until its reply. */
  | 'settled';

export interface CallOptions {
  readonly signal?: AbortSignal | undefined;
  /** Goes before all others and does not wait for room: for what keeps leases and memberships alive. */
  readonly urgent?: boolean | undefined;
  /** Sent twice it has one effect, though its API promises nothing: it names itself. Sent again after a lost reply. */
  readonly repeatable?: boolean | undefined;
  /** Never sent again, whatever the outcome: later requests build on it. */
  readonly once?: boolean | undefined;
}

export class Call {
  readonly api: ApiName;
  readonly body: object;
  readonly urgent: boolean;
  readonly repeatable: boolean;
  /** By performance.now(). */
  deadlineAt: number;
  state: CallState = 'queued';
  correlationId = 0;
  sentAt = 0;
  private readonly signal: AbortSignal | undefined;
  private readonly resolve: (value: unknown) => void;
  private readonly reject: (error: MillraceError) => void;
  private unlisten: (() => void) | undefined;

  constructor(
    api: ApiName,
    body: object,
    deadlineAt: number,
    options: CallOptions,
    resolve: (value: unknown) => void,
    reject: (error: MillraceError) => void,
  ) {
    this.api = api;
    this.body = body;
    this.deadlineAt = deadlineAt;
    this.urgent = options.urgent ?? false;
    this.repeatable = isRepeatable(api, options);
    this.signal = options.signal;
    this.resolve = resolve;
    this.reject = reject;
  }

  get canWait(): boolean {
    return WAITING.has(this.api);
  }

  get isSettled(): boolean {
    return this.state === 'settled';
  }

  listen(callback: () => void): void {
    if (this.signal === undefined) return;
    this.unlisten = onAbort(this.signal, callback);
  }

  succeed(value: unknown): void {
    if (this.settle()) this.resolve(value);
  }

  fail(error: MillraceError): void {
    const wasCancelling = this.state === 'cancelling';
    if (this.settle()) this.reject(wasCancelling ? this.aborted() : error);
  }

  /** The caller gives up. True where the broker should be told and its reply still decides. */
  abort(): boolean {
    if (this.state === 'sent' && this.canWait) {
      this.state = 'cancelling';
      this.deadlineAt = Math.min(this.deadlineAt, performance.now() + CANCEL_GRACE_MS);
      return true;
    }
    if (this.state === 'queued' || this.state === 'sent') {
      this.settle();
      this.reject(this.aborted());
    }
    return false;
  }

  /** The connection it was sent over is gone. */
  lose(reason: MillraceError): void {
    if (reason.code !== 'CONNECTION_LOST' && this.repeatable) {
      this.fail(errorAfterLoss(this.api, reason));
    } else this.fail(new MillraceError('OUTCOME_UNKNOWN', undefined, {}, { cause: reason }));
  }

  private settle(): boolean {
    if (this.state === 'settled') return false;
    this.state = 'settled';
    this.unlisten?.();
    return true;
  }

  private aborted(): MillraceError {
    return this.signal === undefined ? new MillraceError('ABORTED') : abortedError(this.signal);
  }
}

export function isRepeatable(api: ApiName, { repeatable, once }: CallOptions): boolean {
  return once !== true && (repeatable ?? APIS[api].idempotent);
}
