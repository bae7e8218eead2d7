// What a broker knows of idempotent producers, in memory: ids, epochs, and the last batches of each partition.
import { batchHeader, MillraceError, type RequestOf } from '@millrace/protocol';

interface Answer {
  readonly baseOffset: number;
  readonly appendTimeMs: number;
}

interface Line {
  epoch: number;
  next: number;
  recent: { readonly sequence: number; readonly answer: Answer }[];
}

export class FakeSequences {
  /** Epochs by producer id. */
  readonly producers = new Map<number, number>();
  private readonly names = new Map<string, number>();
  private readonly lines = new Map<string, Line>();
  private lastId = 0;

  /** As after a day of silence, or with the data of another day. */
  forget(): void {
    this.producers.clear();
    this.names.clear();
    this.lines.clear();
  }

  init({ name, producerId, producerEpoch }: RequestOf<'InitProducer'>) {
    if (producerId !== null) {
      const epoch = this.producers.get(producerId);
      if (epoch === undefined) return new MillraceError('UNKNOWN_PRODUCER');
      if (epoch !== producerEpoch) return new MillraceError('PRODUCER_FENCED');
      return this.begin(producerId, epoch + 1);
    }
    const known = name === null ? undefined : this.names.get(name);
    if (known !== undefined) return this.begin(known, (this.producers.get(known) ?? 0) + 1);
    this.lastId += 1;
    if (name !== null) this.names.set(name, this.lastId);
    return this.begin(this.lastId, 0);
  }

  /** The answer to an earlier sending, or undefined where the batch is the next one. Throws the refusal. */
  find(place: string, batch: Uint8Array): Answer | undefined {
    const { producerId, producerEpoch, sequence } = batchHeader(batch);
    if (producerId < 0) return undefined;
    const epoch = this.producers.get(producerId);
    if (epoch === undefined) throw new MillraceError('UNKNOWN_PRODUCER');
    if (producerEpoch !== epoch) throw new MillraceError('PRODUCER_FENCED');
    const line = this.line(place, producerId, epoch);
    if (sequence === line.next) return undefined;
    const first = line.recent.slice(-5).find((one) => one.sequence === sequence);
    if (first !== undefined) return first.answer;
    const isBehind = sequence < line.next;
    throw new MillraceError(isBehind ? 'DUPLICATE_SEQUENCE' : 'OUT_OF_ORDER_SEQUENCE');
  }

  /** The batch was appended. */
  note(place: string, batch: Uint8Array, answer: Answer): void {
    const { producerId, producerEpoch, sequence, count } = batchHeader(batch);
    if (producerId < 0) return;
    const line = this.line(place, producerId, producerEpoch);
    line.next += count;
    line.recent.push({ sequence, answer });
  }

  private line(place: string, producerId: number, epoch: number): Line {
    const key = `${place}/${producerId}`;
    const known = this.lines.get(key);
    if (known?.epoch === epoch) return known;
    const line: Line = { epoch, next: 0, recent: [] };
    this.lines.set(key, line);
    return line;
  }

  private begin(producerId: number, producerEpoch: number) {
    this.producers.set(producerId, producerEpoch);
    return { producerId, producerEpoch };
  }
}
