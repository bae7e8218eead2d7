// Extends the leases of all messages that are still held, running and waiting ones alike, from half their time on.
// It decides nothing about messages but that a lease is lost.

import { Bag } from '../bag.ts';
import { Deadlines } from '../deadlines.ts';
import type { AckResult } from '../queue/ack.ts';
import type { HeldMessage, Lease } from '../queue/lease.ts';

export class LeaseKeeper<V> {
  private readonly leaseMs: () => number;
  private readonly leases = new Bag<Lease<V>>();
  private readonly timer = new Deadlines(() => this.renew());

  /** `leaseMs` says how long leases last that are asked for now. */
  constructor(leaseMs: () => number) {
    this.leaseMs = leaseMs;
  }

  /** `grantedAt`: when the reply came, by performance.now(). */
  keep(lease: Lease<V>, grantedAt: number): void {
    const leaseMs = this.leaseMs();
    lease.renewAt = lease.mayBeOld ? grantedAt : grantedAt + leaseMs / 2;
    lease.endsAt = grantedAt + leaseMs;
    this.leases.add(lease);
    this.timer.watch(lease.renewAt);
  }

  drop(lease: Lease<V>): void {
    this.leases.delete(lease);
  }

  close(): void {
    this.timer.close();
    this.leases.clear();
  }

  /** Extends what is due; returns when the next is. */
  private renew(): number {
    const now = performance.now();
    let next = Number.POSITIVE_INFINITY;
    for (const lease of this.leases.all()) {
      if (lease.renewAt <= now) this.extend(lease, now);
      next = Math.min(next, lease.renewAt);
    }
    return next;
  }

  private extend(lease: Lease<V>, now: number): void {
    const leaseMs = this.leaseMs();
    lease.renewAt = now + leaseMs / 2;
    for (const [first, last] of heldRuns(lease)) {
      const range = { firstOffset: first.offset, lastOffset: last.offset };
      const settle = (result: AckResult) => this.extended(lease, result, now, leaseMs);
      lease.acknowledger.add({ lease, ...range, kind: 'extend', delayMs: leaseMs, settle });
    }
  }

  private extended(lease: Lease<V>, result: AckResult, askedAt: number, leaseMs: number): void {
    if (result.requestError !== undefined) {
      lease.renewAt = Math.min(lease.renewAt, performance.now() + leaseMs / 6);
      this.timer.watch(lease.renewAt);
      return;
    }
    lease.endsAt = askedAt + leaseMs;
    lease.deadlineMs = result.deadlineMs ?? lease.deadlineMs;
    for (const { firstOffset, lastOffset, error } of result.failures) {
      for (const message of lease.messages) {
        if (message.offset < firstOffset || message.offset > lastOffset) continue;
        if (message.state === 'held') message.lose(error);
      }
    }
  }
}

/** First and last of every run of neighbouring messages that are held, or are in a transaction that has no outcome. */
function heldRuns<V>(lease: Lease<V>): [HeldMessage<V>, HeldMessage<V>][] {
  const runs: [HeldMessage<V>, HeldMessage<V>][] = [];
  let run: [HeldMessage<V>, HeldMessage<V>] | undefined;
  for (const message of lease.messages) {
    if (message.state !== 'held' && message.state !== 'committing') run = undefined;
    else if (run !== undefined && run[1].offset + 1 === message.offset) run[1] = message;
    else {
      run = [message, message];
      runs.push(run);
    }
  }
  return runs;
}
