// Transactions and claimed effects over a fake share group: all or nothing, told again under the same id.
import {
  LIMITS,
  MillraceError,
  type RequestOf,
  type ResponseInput,
  readRecords,
} from '@millrace/protocol';
import type { Handlers } from './fake-broker.ts';
import type { FakeQueue } from './fake-queue.ts';

type Transaction = RequestOf<'Transact'>;

interface Claim {
  token: number;
  memberId: string;
  untilMs: number;
  value: Uint8Array | null;
  state: 'started' | 'done';
}

export class FakeLedger {
  /** Those that were carried out. */
  readonly done: Transaction[] = [];
  readonly effects = new Map<string, Claim>();
  private readonly queue: FakeQueue;
  private readonly outcomes = new Map<string, ResponseInput<'Transact'>>();
  private nextToken = 1;

  constructor(queue: FakeQueue) {
    this.queue = queue;
  }

  /** What was sent, as topic id, partition, key, value and headers. */
  sent(): unknown[] {
    return this.done.flatMap(({ batches }) =>
      batches.flatMap(({ topicId, partition, batch }) =>
        [...readRecords(batch, { from: 0, to: LIMITS.batchRecordsMax })].map((record) => ({
          topicId,
          partition,
          key: record.key === null ? null : Buffer.from(record.key).toString(),
          value: record.value === null ? null : JSON.parse(Buffer.from(record.value).toString()),
          headers: Object.fromEntries(
            record.headers.map(([name, value]) => [name, Buffer.from(value).toString()]),
          ),
        })),
      ),
    );
  }

  get handlers(): Handlers {
    return {
      Transact: (body) => this.transact(body),
      ClaimEffect: ({ key, memberId, ttlMs }) => {
        const found = this.effects.get(key);
        const isOver = found?.state === 'started' && found.untilMs <= Date.now();
        if (
          found !== undefined &&
          !isOver &&
          (found.state === 'done' || found.memberId !== memberId)
        ) {
          return { granted: false, key, ...found };
        }
        const token = this.nextToken;
        this.nextToken += 1;
        const untilMs = Date.now() + ttlMs;
        const claim: Claim = { token, memberId, untilMs, value: null, state: 'started' };
        this.effects.set(key, claim);
        return { granted: true, key, ...claim };
      },
    };
  }

  private transact(body: Transaction): ResponseInput<'Transact'> | MillraceError {
    const earlier = this.outcomes.get(body.transactionId);
    if (earlier !== undefined) return { ...earlier, repeated: true };
    const items = body.acknowledgements.flatMap((part) => part.items);
    const isHeld = items.every((item) => this.queue.holds(item));
    const isClaimed = body.effects.every(
      ({ key, token }) =>
        this.effects.get(key)?.token === token && this.effects.get(key)?.state === 'started',
    );
    if (!isHeld || !isClaimed) return new MillraceError('TRANSACTION_CONFLICT');
    for (const item of items) {
      this.queue.items.push(item);
      this.queue.acknowledge(item);
    }
    for (const { key, end, value } of body.effects) {
      const claim = this.effects.get(key);
      if (end === 'abandon' || claim === undefined) this.effects.delete(key);
      else Object.assign(claim, { state: 'done', value });
    }
    this.done.push(body);
    const batches = body.batches.map(() => ({ baseOffset: 0, appendTimeMs: 1 }));
    const outcome = { repeated: false, batches };
    this.outcomes.set(body.transactionId, outcome);
    return outcome;
  }
}
