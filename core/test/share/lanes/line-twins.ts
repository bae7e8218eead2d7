// A share partition with ordering `fifo` and the naive line side by side.
import { deepEqual, equal } from 'node:assert/strict';
import { errorName } from '@millrace/protocol';
import { decideAcknowledge, decideAppend, decideReceive, type Lease } from '../../../src/index.ts';
import { appendRecords } from '../../support/batches.ts';
import type { Machine } from '../../support/machine.ts';
import { KEY, sharedTopic } from '../share-setup.ts';
import type { NaiveLine } from './naive-line.ts';

const TEXT = new TextEncoder();

type LineOp =
  | { readonly kind: 'send'; readonly keys: readonly string[] }
  | { readonly kind: 'receive'; readonly max: number }
  | { readonly kind: 'settle'; readonly which: number; readonly isAccepted: readonly boolean[] };

export class LineTwins {
  readonly machine: Machine = sharedTopic({
    ordering: 'fifo',
    maxDeliveries: 0,
    backoff: 'none',
    onExhausted: 'drop',
  });
  readonly naive: NaiveLine;
  readonly #tokens = new Map<number, number>();

  /** Its first receives make the partition known: of what came before them a line is not told exactly. */
  constructor(naive: NaiveLine) {
    this.naive = naive;
    this.run({ kind: 'send', keys: ['z'] });
    for (let i = 0; i < 2; i += 1) this.run({ kind: 'receive', max: 1 });
    this.run({ kind: 'settle', which: 0, isAccepted: [true] });
  }

  run(op: LineOp): void {
    if (op.kind === 'send') this.#send(op.keys);
    else if (op.kind === 'receive') this.#receive(op.max);
    else this.#settleKey(op.which, op.isAccepted);
  }

  /**
   * All that is leased of a key, one after the other: where only a part of it was, and others are settled between, its
   * key stands where it may have become free and not where it did.
   */
  #settleKey(which: number, isAccepted: readonly boolean[]): void {
    const leased = this.naive.leased();
    const keyOf = (at: number) => this.naive.messages[at]?.key;
    const key = keyOf(leased[which % Math.max(leased.length, 1)] ?? -1);
    for (const [i, at] of leased.filter((offset) => keyOf(offset) === key).entries()) {
      this.#settle(isAccepted[i % isAccepted.length] ? 'accept' : 'free', at);
    }
  }

  /** All of it comes, each key in its order. */
  drain(): void {
    const isOpen = () => this.naive.messages.some(({ state }) => state !== 'done');
    for (let round = 0; round < 200 && isOpen(); round += 1) {
      this.#receive(200);
      while (this.naive.leased().length > 0) this.#settleKey(0, [true]);
    }
    equal(isOpen(), false);
  }

  #send(keys: readonly string[]): void {
    const records = keys.map((key) => ({ key: TEXT.encode(key), value: TEXT.encode('v') }));
    this.machine.run(decideAppend, appendRecords(KEY.topicId, KEY.partition, records, 'none'));
    for (const key of keys) this.naive.send(key);
  }

  #receive(maxMessages: number): void {
    const how = { maxMessages, maxBytes: 1_000_000, visibilityTimeoutMs: 1_000_000 };
    const { leases } = this.machine.run(decideReceive, { ...KEY, memberId: 'm', ...how });
    const offsets = leases.flatMap((lease) => offsetsOf(lease));
    deepEqual(offsets, this.naive.receive(maxMessages));
    for (const lease of leases) {
      for (const offset of offsetsOf(lease)) this.#tokens.set(offset, lease.token);
    }
  }

  #settle(kind: 'accept' | 'free', offset: number): void {
    const reply = this.machine.run(decideAcknowledge, {
      ...KEY,
      firstOffset: offset,
      lastOffset: offset,
      token: this.#tokens.get(offset) ?? 0,
      kind: kind === 'accept' ? 'accept' : 'extend',
      delayMs: kind === 'accept' ? null : 0,
      errorText: null,
    });
    equal(errorName(reply.outcomes[0]?.errorCode ?? 0), undefined);
    this.naive.settle(offset, kind === 'accept' ? 'done' : 'waiting');
  }
}

function offsetsOf({ firstOffset, lastOffset }: Lease): number[] {
  return Array.from({ length: lastOffset - firstOffset + 1 }, (_, i) => firstOffset + i);
}
