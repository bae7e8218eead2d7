// What the caller hears of partitions that come and go: one call after the other, each partition first assigned, then
// either revoked or lost. Its errors end the consumer; its slowness does not outlast the time there is.

import { MillraceError } from '@millrace/protocol';
import { settledWithin } from '../wait.ts';
import type { Claim } from './claim.ts';
import type { TopicPartition, TopicPartitionOffset } from './claims.ts';

/** What a rebalance listener gets beside the partitions. */
export interface RebalanceContext {
  /** Aborted when the partitions are lost, or the time is over. */
  readonly signal: AbortSignal;
}

/** Where to begin; partitions that are left out begin where the group stopped. */
// biome-ignore lint/suspicious/noConfusingVoidType: a function that returns nothing is as good.
type Starts = readonly TopicPartitionOffset[] | undefined | void;

/** Is told of partitions that come and go. */
export interface RebalanceListener {
  /** Partitions came; they are read once this has resolved. */
  readonly onAssigned?:
    | ((
        partitions: readonly TopicPartition[],
        context: RebalanceContext,
      ) => Starts | Promise<Starts>)
    | undefined;
  /**
   * Partitions go to other members, or the consumer closes. Handlers have ended, nothing more is handed out; what is
   * committed until this resolves counts. It has rebalanceTimeoutMs, or the time that close() was given.
   */
  readonly onRevoked?:
    | ((partitions: readonly TopicPartition[], context: RebalanceContext) => unknown)
    | undefined;
  /** Partitions may be somebody else's by now: nothing can be committed any more. */
  readonly onLost?:
    | ((partitions: readonly TopicPartition[], reason: MillraceError) => unknown)
    | undefined;
}

interface CallUnderWay<V> {
  readonly kind: 'assigned' | 'revoked';
  readonly claims: readonly Claim<V>[];
  readonly controller: AbortController;
}

export class RebalanceCalls<V> {
  private readonly listener: RebalanceListener;
  private readonly onError: (error: Error) => void;
  private last: Promise<unknown> = Promise.resolve();
  private current: CallUnderWay<V> | undefined;
  /** Those of which the caller knows. */
  private readonly announced = new Set<Claim<V>>();
  /** Those that were given back in this turn of the event loop: they are told of together. */
  private gathered: { readonly claims: Claim<V>[]; readonly told: Promise<void> } | undefined;

  constructor(listener: RebalanceListener, onError: (error: Error) => void) {
    this.listener = listener;
    this.onError = onError;
  }

  /** Resolves once the caller has said where to begin. */
  async assigned(claims: readonly Claim<V>[]): Promise<void> {
    const { onAssigned } = this.listener;
    if (this.isSilent) return;
    await this.inTurn(async () => {
      const starting = claims.filter(({ state }) => state === 'starting');
      if (starting.length === 0) return;
      for (const claim of starting) this.announced.add(claim);
      if (onAssigned === undefined) return;
      const starts = await this.call('assigned', starting, (signal) =>
        onAssigned(starting.map(nameOf), { signal }),
      );
      for (const start of startsOf(starts)) startAt(starting, start);
    });
  }

  /** Resolves once the caller is done with the partition, or the time is over, by performance.now(). */
  revoked(claim: Claim<V>, deadlineAt: number): Promise<void> {
    if (this.isSilent) return Promise.resolve();
    this.gathered ??= this.gather(deadlineAt);
    this.gathered.claims.push(claim);
    return this.gathered.told;
  }

  lost(claims: readonly Claim<V>[], reason: MillraceError): void {
    if (this.current?.claims.some((claim) => claims.includes(claim))) {
      this.current.controller.abort(reason);
    }
    if (this.isSilent) return;
    void this.inTurn(async () => {
      const known = claims.filter((claim) => this.announced.delete(claim));
      if (known.length > 0) await this.listener.onLost?.(known.map(nameOf), reason);
    });
  }

  /** The consumer closes: what begins need not begin any more. */
  interrupt(reason: MillraceError): void {
    if (this.current?.kind === 'assigned') this.current.controller.abort(reason);
  }

  private get isSilent(): boolean {
    const { onAssigned, onRevoked, onLost } = this.listener;
    return onAssigned === undefined && onRevoked === undefined && onLost === undefined;
  }

  private gather(deadlineAt: number): { claims: Claim<V>[]; told: Promise<void> } {
    const claims: Claim<V>[] = [];
    const told = new Promise<void>((resolve) => {
      setImmediate(() => {
        this.gathered = undefined;
        resolve(this.tellRevoked(claims, deadlineAt));
      });
    });
    return { claims, told };
  }

  private async tellRevoked(claims: readonly Claim<V>[], deadlineAt: number): Promise<void> {
    const { onRevoked } = this.listener;
    const told = this.inTurn(async () => {
      const known = claims.filter(
        (claim) => claim.state !== 'gone' && this.announced.delete(claim),
      );
      if (known.length === 0 || onRevoked === undefined) return;
      await this.call('revoked', known, (signal) => onRevoked(known.map(nameOf), { signal }));
    });
    if (await settledWithin(told, Math.max(0, deadlineAt - performance.now()))) return;
    const isOurs = this.current?.claims.some((claim) => claims.includes(claim));
    const error = new MillraceError('DEADLINE_EXCEEDED', 'The time to give up partitions is over.');
    if (isOurs) this.current?.controller.abort(error);
  }

  private async call<T>(
    kind: CallUnderWay<V>['kind'],
    claims: readonly Claim<V>[],
    step: (signal: AbortSignal) => T,
  ): Promise<Awaited<T>> {
    const controller = new AbortController();
    this.current = { kind, claims, controller };
    try {
      return await step(controller.signal);
    } finally {
      this.current = undefined;
    }
  }

  /** One after the other; never rejects. */
  private inTurn(step: () => Promise<void>): Promise<void> {
    const done = this.last.then(step).catch((error: unknown) => this.onError(error as Error));
    this.last = done;
    return done;
  }
}

function nameOf({ topic, partition }: TopicPartition): TopicPartition {
  return { topic, partition };
}

function startsOf(starts: Awaited<Starts>): readonly TopicPartitionOffset[] {
  if (starts === undefined || starts === null) return [];
  const isList: boolean = Array.isArray(starts);
  if (isList && starts.every((start) => typeof start === 'object' && start !== null)) return starts;
  const text =
    'onAssigned returns where to begin as a list of { topic, partition, offset }, or nothing.';
  throw new MillraceError('INVALID_REQUEST', text, { field: 'onAssigned' });
}

function startAt<V>(claims: readonly Claim<V>[], start: TopicPartitionOffset): void {
  const { topic, partition, offset } = start;
  const claim = claims.find((each) => each.topic === topic && each.partition === partition);
  if (claim === undefined) {
    const text = `onAssigned returned ${topic}/${partition}, which it was not given.`;
    throw new MillraceError('INVALID_REQUEST', text, { field: 'onAssigned' });
  }
  if (!Number.isSafeInteger(offset) || offset < 0) {
    const text = `onAssigned returned the offset ${String(offset)} for ${topic}/${partition}.`;
    throw new MillraceError('INVALID_REQUEST', text, { field: 'onAssigned', limit: '0' });
  }
  if (claim.state !== 'starting') return;
  claim.moveTo(offset);
  claim.named = offset;
}
