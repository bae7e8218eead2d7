// A transformer over a log in memory whose transactions do what the broker's do: all or nothing, fenced by the member's
// epoch, told again under the same id.
import { MillraceError, type RequestOf, readRecords } from '@millrace/protocol';
import { codecs, type TransformerOptions } from '../../src/index.ts';
import { clientOf, fakeBroker } from './eventually.ts';
import type { Answer, FakeCall } from './fake-broker.ts';
import { FakeGroup } from './fake-group.ts';
import { FakeLog } from './fake-log.ts';

type Transaction = RequestOf<'Transact'>;
type Early = Answer<'Transact'> | undefined;
type Reply = Early | Promise<Early>;

export class FakeTransactions {
  /** Those that were carried out. */
  readonly done: Transaction[] = [];
  /** All that came, also again. */
  readonly came: Transaction[] = [];
  /** Comes before each; what it answers instead counts. */
  before: (body: Transaction, call: FakeCall) => Reply = () => undefined;
  private readonly outcomes = new Map<string, { baseOffset: number; appendTimeMs: number }[]>();
  private readonly log: FakeLog;
  private readonly group: FakeGroup;

  constructor(log: FakeLog, group: FakeGroup) {
    this.log = log;
    this.group = group;
  }

  transact(body: Transaction): Answer<'Transact'> {
    const known = this.outcomes.get(body.transactionId);
    if (known !== undefined) return { repeated: true, batches: known };
    const [offsets] = body.offsets;
    if (offsets === undefined) return new MillraceError('INVALID_REQUEST', 'no offsets');
    const { memberEpoch } = offsets;
    if (memberEpoch < 1 || memberEpoch > this.group.epoch) return conflict('FENCED_MEMBER_EPOCH');
    const isHeld = offsets.offsets.every(({ partition }) => this.group.target.includes(partition));
    if (!isHeld) return conflict('PARTITION_NOT_ASSIGNED');
    const batches = body.batches.map(({ topicId, partition, batch }) => {
      const found = this.log.find(topicId, partition);
      if (found === undefined) throw new Error('the test has no such partition');
      return { baseOffset: this.log.store(found, Buffer.from(batch)), appendTimeMs: 2_000 };
    });
    for (const { topicId, partition, offset } of offsets.offsets) {
      this.log.committed.set(`${topicId}/${partition}`, offset);
    }
    this.outcomes.set(body.transactionId, batches);
    this.done.push(body);
    return { repeated: false, batches };
  }

  async handle(body: Transaction, call: FakeCall): Promise<Answer<'Transact'>> {
    this.came.push(body);
    return (await this.before(body, call)) ?? this.transact(body);
  }
}

export function conflict(reason: string): MillraceError {
  const text = `${reason} in offsets[0]: no.`;
  return new MillraceError('TRANSACTION_CONFLICT', text, { field: 'offsets[0]' });
}

export type Options = Partial<TransformerOptions<string>>;

/** Topic `t` is read, `out` and `other` are written. */
export async function setup(target = [0], partitions = 2) {
  const log = new FakeLog({ t: partitions, out: 3, other: 1 });
  const group = new FakeGroup(log, target);
  const transactions = new FakeTransactions(log, group);
  const broker = await fakeBroker({
    ...group.handlers,
    Transact: (body, call) => transactions.handle(body, call),
  });
  const client = await clientOf(broker);
  const transform = (options: Options) =>
    client.transformer<string>({
      group: 'g',
      topics: 't',
      codec: codecs.text,
      outputCodec: codecs.text,
      ...options,
    });
  /** Texts in a topic, by partition. */
  const textsIn = (topic: string): string[][] =>
    (log.topics.get(topic)?.partitions ?? []).map(({ batches }) =>
      batches.flatMap((batch) =>
        readRecords(batch).map(({ value }) => Buffer.from(value ?? []).toString()),
      ),
    );
  return { log, group, transactions, broker, client, transform, textsIn };
}

export const texts = (count: number, prefix = '') =>
  Array.from({ length: count }, (_, n) => prefix + n);
