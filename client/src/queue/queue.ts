// A share group by hand: receive, acknowledge by receipt, look. The worker does the same without being asked.

import { randomUUID } from 'node:crypto';
import { type AckKind, type MillraceError, parseReceipt, type Receipt } from '@millrace/protocol';
import { type PeekOptions, type PeekResult, peek } from '../admin/peek.ts';
import { countersOf, type QueueStats } from '../admin/queue-stats.ts';
import type { Codec } from '../codecs.ts';
import { TRACES, traced } from '../diagnostics.ts';
import type { Metadata } from '../metadata.ts';
import type { Link, RequestOptions } from '../net/link.ts';
import { orderedId } from '../ordered-id.ts';
import { type AckResult, firstError } from './ack.ts';
import { ackFault } from './ack-check.ts';
import { Acknowledger } from './acknowledger.ts';
import { errorText } from './error-text.ts';
import type { LeasedMessage } from './lease.ts';
import { type ReceiveSource, receiveLeases } from './receive.ts';
import { encodeResult } from './result.ts';

export interface ReceiveOptions extends RequestOptions {
  /** In strict order of priority. */
  readonly topics: string | readonly string[];
  /** Default 1, at most 1,000. */
  readonly maxMessages?: number | undefined;
  /** Default 8 MiB; the first message always comes. */
  readonly maxBytes?: number | undefined;
  /** Waits this long for a message, ms; default 0, at most 20,000. */
  readonly maxWaitMs?: number | undefined;
  /** How long the leases last, ms; absent: as the group says. */
  readonly visibilityTimeoutMs?: number | undefined;
  /** Default: one for this queue object. */
  readonly memberId?: string | undefined;
  /**
   * Names this attempt: the same id from the same member gives the same leases again, as long as they last. Default: a
   * random one, so that a lost reply is asked for again by itself. Null: none, and a lost reply is OUTCOME_UNKNOWN.
   */
  readonly attemptId?: string | null | undefined;
}

/** What is said of the lease that a receipt names. */
export interface ReceiptAck {
  readonly receipt: string;
  readonly kind: AckKind;
  /** release: the pause; extend: the new time from now; ms. */
  readonly delayMs?: number | undefined;
  /** release, reject: why; cut to 1 KiB. */
  readonly error?: string | undefined;
  /** accept: what came of it, as for `LeasedMessage.accept`; the receipt is that of one message. */
  readonly result?: unknown;
}

/** What became of one receipt. */
export interface ReceiptOutcome {
  readonly receipt: string;
  readonly ok: boolean;
  readonly error: MillraceError | null;
  /** extend: when the lease ends now, ms since 1970. */
  readonly deadlineMs: number | null;
}

/** What `client.queue` can be told. */
export interface QueueOptions<V> {
  readonly codec?: Codec<V> | undefined;
  /** Of results; default: the client's. */
  readonly resultCodec?: Codec<unknown> | undefined;
}

/** A share group by hand: receive, accept, release, without handlers. */
export class Queue<V> {
  readonly group: string;
  private readonly source: ReceiveSource<V>;
  /** Default of this object's receives. */
  private readonly memberId = `queue-${randomUUID()}`;

  constructor(
    link: Link,
    metadata: Metadata,
    group: string,
    codec: Codec<V>,
    resultCodec: Codec<unknown>,
  ) {
    this.group = group;
    const acknowledger = new Acknowledger(link, group);
    this.source = { link, metadata, codec, resultCodec, acknowledger };
  }

  /**
   * Leases messages; an empty list where none came in time. Nobody extends their leases: see `LeasedMessage.extend` and
   * `client.worker`. Throws UNKNOWN_GROUP, GROUP_KIND_MISMATCH, UNKNOWN_TOPIC, TOPIC_NOT_IN_GROUP,
   * TOO_MANY_IN_FLIGHT; DEADLINE_EXCEEDED: messages may be leased and come again when their leases end, or to the same
   * attempt id; ABORTED: what came too late was given back.
   */
  async receive(options: ReceiveOptions): Promise<LeasedMessage<V>[]> {
    const { topics, signal, timeoutMs, maxMessages, maxBytes, maxWaitMs } = options;
    const body = {
      group: this.group,
      memberId: options.memberId ?? this.memberId,
      topics: typeof topics === 'string' ? [topics] : topics,
      maxMessages,
      maxBytes,
      maxWaitMs,
      visibilityTimeoutMs: options.visibilityTimeoutMs,
      attemptId: attemptIdOf(options),
    };
    const receive = async () => {
      const leases = await receiveLeases(this.source, body, { signal, timeoutMs });
      return leases.flatMap(({ messages }) => messages);
    };
    const { clientName } = this.source.link.options;
    return traced(
      TRACES.lease,
      () => ({ group: this.group, topics: body.topics, clientName }),
      receive,
    );
  }

  /** Says things of leases by their receipts. One outcome a receipt, in order; it throws nothing of its own. */
  async acknowledge(items: readonly ReceiptAck[]): Promise<ReceiptOutcome[]> {
    return Promise.all(items.map((item) => this.acknowledgeOne(item)));
  }

  /** Exact counts by state, for each partition and in all. */
  async stats(options?: RequestOptions): Promise<QueueStats> {
    return countersOf(this.source.link, this.group, options);
  }

  /** Looks at messages and at their states in this group; changes nothing. */
  async peek(options: PeekOptions): Promise<PeekResult<V>> {
    const { link, metadata, codec } = this.source;
    return peek(link, metadata, codec, { ...options, group: this.group });
  }

  private acknowledgeOne(item: ReceiptAck): Promise<ReceiptOutcome> {
    const { receipt, kind, delayMs, error } = item;
    let lease: Receipt;
    let result: Uint8Array | undefined;
    try {
      lease = parseReceipt(receipt);
      result = encodeResult(this.source.resultCodec, item.result);
    } catch (reason) {
      return Promise.resolve(refusedOutcome(receipt, reason as MillraceError));
    }
    const fault = ackFault(kind, delayMs);
    if (fault !== undefined) return Promise.resolve(refusedOutcome(receipt, fault));
    return new Promise((resolve) => {
      const { firstOffset, lastOffset } = lease;
      const settle = (told: AckResult) => resolve(outcomeOf(receipt, told));
      const text = error === undefined ? undefined : errorText(error);
      this.source.acknowledger.add({
        lease,
        firstOffset,
        lastOffset,
        kind,
        delayMs,
        errorText: text,
        result,
        settle,
      });
    });
  }
}

function attemptIdOf({ attemptId }: ReceiveOptions): string | null {
  return attemptId === undefined ? orderedId() : attemptId;
}

function refusedOutcome(receipt: string, error: MillraceError): ReceiptOutcome {
  return { receipt, ok: false, error, deadlineMs: null };
}

function outcomeOf(receipt: string, result: AckResult): ReceiptOutcome {
  const error = firstError(result) ?? null;
  return { receipt, ok: error === null, error, deadlineMs: result.deadlineMs };
}
