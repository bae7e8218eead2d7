// Extends the leases of all messages that are still held, running and waiting ones alike, from half their time on.
// It decides nothing about messages but that a lease is lost.

import { Deadlines } from '../deadlines.ts';
import type { AckResult } from '../queue/ack.ts';
import type { HeldMessage, Lease } from '../queue/lease.ts';

interface Kept<V> {
  readonly lease: Lease<V>;
  /** By performance.now(). */
  renewAt: number;
  /** When the lease ends if nothing is heard of it; a little early rather than late. */
  endsAt: number;
}

export class LeaseKeeper<V> {
  private readonly leaseMs: () => number;
  private readonly kept = new Map<Lease<V>, Kept<V>>();
  private readonly timer = new Deadlines(() => this.renew());

  /** `leaseMs` says how long leases last that are asked for now. */
  constructor(leaseMs: () => number) {
    this.leaseMs = leaseMs;
  }

  /** `grantedAt`: when the reply came, by performance.now(). */
  keep(lease: Lease<V>, grantedAt: number): void {
    const leaseMs = this.leaseMs();
    const kept = { lease, renewAt: grantedAt + leaseMs / 2, endsAt: grantedAt + leaseMs };
    this.kept.set(lease, kept);
    this.timer.watch(kept.renewAt);
  }

  /** Whether the lease may still be ours: work on its messages is worth beginning. */
  isLive(lease: Lease<V>): boolean {
    const kept = this.kept.get(lease);
    return kept !== undefined && performance.now() < kept.endsAt;
  }

  drop(lease: Lease<V>): void {
    this.kept.delete(lease);
  }

  close(): void {
    this.timer.close();
    this.kept.clear();
  }

  /** Extends what is due; returns when the next is. */
  private renew(): number {
    const now = performance.now();
    let next = Number.POSITIVE_INFINITY;
    for (const kept of this.kept.values()) {
      if (kept.renewAt <= now) this.extend(kept, now);
      next = Math.min(next, kept.renewAt);
    }
    return next;
  }

  private extend(kept: Kept<V>, now: number): void {
    const { lease } = kept;
    const runs = heldRuns(lease);
    if (runs.length === 0) {
      this.kept.delete(lease);
      kept.renewAt = Number.POSITIVE_INFINITY;
      return;
    }
    const leaseMs = this.leaseMs();
    kept.renewAt = now + leaseMs / 2;
    for (const [first, last] of runs) {
      const range = { firstOffset: first.offset, lastOffset: last.offset };
      const settle = (result: AckResult) => this.extended(kept, result, now, leaseMs);
      lease.acknowledger.add({ lease, ...range, kind: 'extend', delayMs: leaseMs, settle });
    }
  }

  private extended(kept: Kept<V>, result: AckResult, askedAt: number, leaseMs: number): void {
    const { lease } = kept;
    if (result.requestError !== undefined) {
      kept.renewAt = Math.min(kept.renewAt, performance.now() + leaseMs / 6);
      this.timer.watch(kept.renewAt);
      return;
    }
    kept.endsAt = askedAt + leaseMs;
    lease.deadlineMs = result.deadlineMs ?? lease.deadlineMs;
    for (const { firstOffset, lastOffset, error } of result.failures) {
      for (const message of lease.messages) {
        if (message.offset < firstOffset || message.offset > lastOffset) continue;
        if (message.state === 'held') message.lose(error);
      }
    }
  }
}

/** First and last of every run of neighbouring messages that are held. */
function heldRuns<V>(lease: Lease<V>): [HeldMessage<V>, HeldMessage<V>][] {
  const runs: [HeldMessage<V>, HeldMessage<V>][] = [];
  let run: [HeldMessage<V>, HeldMessage<V>] | undefined;
  for (const message of lease.messages) {
    if (message.state !== 'held') run = undefined;
    else if (run !== undefined && run[1].offset + 1 === message.offset) run[1] = message;
    else {
      run = [message, message];
      runs.push(run);
    }
  }
  return runs;
}
