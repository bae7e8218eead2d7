// A lease as this process holds it: a range of messages under one token. The messages say what becomes of them.

import {
  type AckKind,
  type BatchRecords,
  formatReceipt,
  type LogRecord,
  MillraceError,
} from '@millrace/protocol';
import type { Bagged } from '../bag.ts';
import type { Codec } from '../codecs.ts';
import { Message, type MessageSource } from '../message.ts';
import { type Ack, type AckResult, firstError, type LeaseName } from './ack.ts';
import { ackFault } from './ack-check.ts';
import type { Acknowledger } from './acknowledger.ts';
import { errorText } from './error-text.ts';
import { encodeResult } from './result.ts';

/** What a release may say besides. */
export interface ReleaseOptions {
  /** Pause before the next delivery, a whole number of ms, at most 365 days; absent: as the group says. */
  readonly delayMs?: number | undefined;
  /** Why; kept with the message, at most 1 KiB of text. */
  readonly error?: unknown;
}

/** What an acceptance may say besides. */
export interface AcceptOptions {
  /** What came of it: encoded, and kept for as long as the group says (`resultTtlMs`). At most 256 KiB. */
  readonly result?: unknown;
}

/** A message under a lease. Each method resolves once the broker has it on its disk. */
export interface LeasedMessage<V> extends Message<V> {
  /** How often it was leased, this time included. */
  readonly deliveries: number;
  /** Deliveries before it is exhausted, where its producer said so; otherwise undefined: as the group says. */
  readonly maxDeliveries: number | undefined;
  /** When it was leased for the first time, ms since 1970, broker's clock. */
  readonly firstDeliveredAtMs: number;
  /** When the lease ends, ms since 1970, broker's clock; grows with extensions. */
  readonly deadlineMs: number;
  /** The lease as text, for another process to acknowledge it. */
  readonly receipt: string;
  /**
   * Names the lease, and fences: it is larger than that of any lease before it in the same group and partition, so a store
   * that keeps the largest one it has seen can refuse a worker that lost its lease.
   */
  readonly token: number;
  /** Accepted, released, rejected or returned, or the lease is lost. */
  readonly isResolved: boolean;
  /**
   * Done. Throws STALE_LEASE, ALREADY_RESOLVED, UNKNOWN_RECEIPT; OUTCOME_UNKNOWN: try again. CODEC_FAILED, LIMIT_EXCEEDED:
   * the result cannot be sent, the lease is held on.
   */
  accept(options?: AcceptOptions): Promise<void>;
  /**
   * Failed: it is delivered again after a pause, or is dead if its deliveries are exhausted. Throws INVALID_REQUEST where
   * the pause is none; the lease is held on.
   */
  release(options?: ReleaseOptions): Promise<void>;
  /** Dead now, whatever its deliveries. */
  reject(reason?: string): Promise<void>;
  /** A new deadline from now, ms; absent: as the group says. Returns it, ms since 1970. Throws LEASE_TOO_LONG, INVALID_REQUEST. */
  extend(ms?: number): Promise<number>;
  /** As if it had never been delivered: the delivery count goes back by one. */
  return(): Promise<void>;
}

/**
 * What a message of a lease is: held; on its way to be resolved, alone or in a transaction, during which its lease is still
 * extended; resolved; or no longer ours.
 */
export type HoldState = 'held' | 'resolving' | 'committing' | 'resolved' | 'lost';

export type Resolution = Pick<Ack, 'kind' | 'delayMs' | 'errorText' | 'result'>;

/** What all messages of one lease share. */
export interface Lease<V> extends MessageSource<V>, LeaseName, Bagged {
  readonly codec: Codec<V>;
  /** Of results. */
  readonly resultCodec: Codec<unknown>;
  readonly groupId: number | null;
  readonly deliveries: number;
  readonly firstDeliveredAtMs: number;
  deadlineMs: number;
  readonly acknowledger: Acknowledger;
  readonly messages: HeldMessage<V>[];
  /** Whom the loss of a message concerns while no call of a handler has it. */
  holder: Holder<V> | undefined;
  /** The reply came over another connection than the request left by: the lease may have been given a while ago. */
  mayBeOld: boolean;
  /** Messages of which the worker has not seen the end. */
  open: number;
  /** When the worker extends it, and when it ends if nothing is heard of it; by performance.now(). */
  renewAt: number;
  endsAt: number;
}

/** Is told once when the lease of a message is lost. */
export interface Holder<V> {
  lost(message: HeldMessage<V>, error: MillraceError): void;
}

/** The messages of one key; each message without a key has a line of its own. */
export interface KeyLine<V> {
  waiting: HeldMessage<V>[];
  /** Messages taken that have not ended. */
  running: number;
  /** Its key, if that is too long to be kept without messages. */
  readonly longKey: string | undefined;
}

/**
 * Many thousands of them wait for a handler or for their outcome at a time, and each is copied by the collector meanwhile: it
 * knows where its record lies and has no object of it. With one a message took 440 bytes, and the worker 1.4 times its CPU.
 */
export class HeldMessage<V> extends Message<V> implements LeasedMessage<V> {
  state: HoldState = 'held';
  /** What was said of it last to end its lease. */
  said: AckKind | undefined;
  /** The call of a handler that has it. */
  holder: Holder<V> | undefined;
  /** Where it waits and runs, if messages of a key do so in turn. */
  line: KeyLine<V> | undefined;
  declare protected readonly source: Lease<V>;
  private readonly records: BatchRecords;
  private readonly at: number;
  private readonly position: number;

  /** `at`: where the batch says that its record begins. */
  constructor(lease: Lease<V>, records: BatchRecords, at: number, offset: number) {
    super(lease);
    this.records = records;
    this.at = at;
    this.position = offset;
  }

  protected override get record(): LogRecord {
    return this.records.recordAt(this.at, this.position);
  }

  /** Names its key; null where it has none. */
  get keyName(): string | null {
    return this.records.recordAt(this.at, this.position).keyName;
  }

  override get offset(): number {
    return this.position;
  }

  get maxDeliveries(): number | undefined {
    const max = this.records.maxDeliveries(this.position);
    return max === 0 ? undefined : max;
  }

  get lease(): Lease<V> {
    return this.source;
  }

  get deliveries(): number {
    return this.lease.deliveries;
  }

  get firstDeliveredAtMs(): number {
    return this.lease.firstDeliveredAtMs;
  }

  get deadlineMs(): number {
    return this.lease.deadlineMs;
  }

  get receipt(): string {
    const { topicId, partition, token, groupId } = this.lease;
    const { offset } = this;
    const range = { firstOffset: offset, lastOffset: offset };
    return formatReceipt({ topicId, partition, token, groupId, ...range });
  }

  get token(): number {
    return this.lease.token;
  }

  get isResolved(): boolean {
    return this.state !== 'held';
  }

  async accept({ result }: AcceptOptions = {}): Promise<void> {
    const bytes = encodeResult(this.lease.resultCodec, result);
    return this.resolveAs({ kind: 'accept', result: bytes });
  }

  release({ delayMs, error }: ReleaseOptions = {}): Promise<void> {
    const text = error === undefined ? undefined : errorText(error);
    return this.resolveAs({ kind: 'release', delayMs, errorText: text });
  }

  reject(reason?: string): Promise<void> {
    return this.resolveAs({
      kind: 'reject',
      errorText: reason === undefined ? undefined : errorText(reason),
    });
  }

  return(): Promise<void> {
    return this.resolveAs({ kind: 'return' });
  }

  extend(ms?: number): Promise<number> {
    return new Promise((resolve, reject) => {
      if (!this.mayBe(reject)) return;
      const fault = ackFault('extend', ms, 'ms');
      if (fault !== undefined) {
        reject(fault);
        return;
      }
      const settle = (result: AckResult) => {
        const error = firstError(result);
        if (error !== undefined) {
          this.refused(error);
          reject(error);
          return;
        }
        this.lease.deadlineMs = result.deadlineMs ?? this.lease.deadlineMs;
        resolve(this.lease.deadlineMs);
      };
      this.say({ kind: 'extend', delayMs: ms }, settle);
    });
  }

  /** One statement for this message alone. `settled` hears of the outcome after the state has changed. */
  resolve(resolution: Resolution, settled: (error: MillraceError | undefined) => void): void {
    this.state = 'resolving';
    this.said = resolution.kind;
    this.say(resolution, (result) => {
      this.settle(result);
      settled(firstError(result));
    });
  }

  /** The outcome of a statement that ended the lease of this message. */
  settle({ requestError, failures }: AckResult): void {
    if (requestError !== undefined) this.state = 'held';
    else if (failures.length === 0) this.state = 'resolved';
    else {
      const failure = failures.find(
        ({ firstOffset, lastOffset }) => firstOffset <= this.offset && this.offset <= lastOffset,
      );
      this.state = failure === undefined ? 'resolved' : 'lost';
    }
  }

  /** The broker says that the lease is not ours any more. */
  lose(error: MillraceError): void {
    if (this.state === 'resolved' || this.state === 'lost') return;
    this.state = 'lost';
    (this.holder ?? this.lease.holder)?.lost(this, error);
  }

  private resolveAs(resolution: Resolution): Promise<void> {
    return new Promise((resolve, reject) => {
      if (!this.mayBe(reject)) return;
      const fault = ackFault(resolution.kind, resolution.delayMs);
      if (fault !== undefined) {
        reject(fault);
        return;
      }
      this.resolve(resolution, (error) => (error === undefined ? resolve() : reject(error)));
    });
  }

  private refused(error: MillraceError): void {
    if (error.code === 'STALE_LEASE' || error.code === 'UNKNOWN_RECEIPT') this.lose(error);
  }

  private mayBe(reject: (error: MillraceError) => void): boolean {
    if (this.state === 'held') return true;
    const code = this.state === 'lost' ? 'STALE_LEASE' : 'ALREADY_RESOLVED';
    reject(new MillraceError(code));
    return false;
  }

  private say(what: Resolution, settle: (result: AckResult) => void): void {
    const { lease, offset } = this;
    lease.acknowledger.add({ lease, firstOffset: offset, lastOffset: offset, ...what, settle });
  }
}
