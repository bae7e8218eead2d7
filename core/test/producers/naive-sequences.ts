// What a list of everything that each producer ever sent says about a batch: the slow and plain form of the rules.
const DAY = 24 * 3_600_000;
const HOUR = 3_600_000;

interface Sent {
  readonly sequence: number;
  readonly count: number;
  readonly offset: number;
}

interface Line {
  epoch: number;
  atMs: number;
  sent: Sent[];
}

interface Known {
  epoch: number;
  notedMs: number;
  readonly lines: Map<number, Line>;
}

export class NaiveSequences {
  readonly producers = new Map<number, Known>();
  readonly ends: number[];

  constructor(partitions: number) {
    this.ends = Array.from({ length: partitions }, () => 0);
  }

  add(producerId: number, nowMs: number): void {
    this.producers.set(producerId, { epoch: 0, notedMs: nowMs, lines: new Map() });
  }

  known(producerId: number, nowMs: number): Known | undefined {
    const known = this.producers.get(producerId);
    return known !== undefined && known.notedMs + DAY + HOUR > nowMs ? known : undefined;
  }

  bump(producerId: number, nowMs: number): number {
    const known = this.known(producerId, nowMs);
    if (known === undefined) return -1;
    known.epoch += 1;
    known.notedMs = nowMs;
    return known.epoch;
  }

  line(producerId: number, partition: number, nowMs: number): Line | undefined {
    const line = this.known(producerId, nowMs)?.lines.get(partition);
    return line !== undefined && line.atMs + DAY > nowMs ? line : undefined;
  }

  /** The offset that it gets or got, or why not. */
  append(
    { producerId, partition, epoch, sequence, count }: NaiveBatch,
    nowMs: number,
  ): number | string {
    const known = this.known(producerId, nowMs);
    if (known === undefined || epoch > known.epoch) return 'UNKNOWN_PRODUCER';
    if (epoch < known.epoch) return 'PRODUCER_FENCED';
    const line = this.line(producerId, partition, nowMs);
    const sent = line?.epoch === epoch ? line.sent : [];
    const next = sent.reduce((sum, one) => sum + one.count, 0);
    if (sequence > next) return 'OUT_OF_ORDER_SEQUENCE';
    if (sequence < next) {
      const first = sent.slice(-5).find((one) => one.sequence === sequence && one.count === count);
      return first?.offset ?? 'DUPLICATE_SEQUENCE';
    }
    const offset = this.ends[partition] ?? 0;
    this.ends[partition] = offset + count;
    known.lines.set(partition, {
      epoch,
      atMs: nowMs,
      sent: [...sent, { sequence, count, offset }],
    });
    if (nowMs - known.notedMs >= HOUR) known.notedMs = nowMs;
    return offset;
  }
}

export interface NaiveBatch {
  readonly producerId: number;
  readonly partition: number;
  readonly epoch: number;
  readonly sequence: number;
  readonly count: number;
}
