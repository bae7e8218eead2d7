// Topics in memory for the fake broker: metadata, produce, fetch with waiting, offsets by meaning, committed offsets.
import {
  batchHeader,
  ERRORS,
  type ErrorName,
  encodeBatch,
  MillraceError,
  type RecordInput,
  type RequestOf,
  readRecords,
  recordDedup,
  stampBatch,
} from '@millrace/protocol';
import { settled } from '../../src/wait.ts';
import { type FakeCall, type FakeConnection, type Handlers, untilAborted } from './fake-broker.ts';
import { FakeSequences } from './fake-sequences.ts';

interface Partition {
  startOffset: number;
  endOffset: number;
  batches: Uint8Array[];
}

export class FakeLog {
  readonly topics = new Map<string, { topicId: number; partitions: Partition[] }>();
  readonly committed = new Map<string, number>();
  readonly sequences = new FakeSequences();
  private readonly sessions = new Map<FakeConnection, Map<number, FakeSession>>();
  private readonly deduped = new Map<string, { partition: number; offset: number }>();
  private waiting: (() => void)[] = [];
  private nextTopicId = 1;

  constructor(topics: Record<string, number> = {}) {
    for (const [name, partitions] of Object.entries(topics)) this.create(name, partitions);
  }

  create(name: string, partitions: number): number {
    const topicId = this.nextTopicId;
    this.nextTopicId += 1;
    const empty = () => ({ startOffset: 0, endOffset: 0, batches: [] });
    this.topics.set(name, { topicId, partitions: Array.from({ length: partitions }, empty) });
    return topicId;
  }

  /** Adds partitions until there are so many. */
  grow(name: string, partitions: number): void {
    const known = this.topics.get(name)?.partitions ?? [];
    for (let n = known.length; n < partitions; n += 1) {
      known.push({ startOffset: 0, endOffset: 0, batches: [] });
    }
  }

  find(topicId: number, partition: number): Partition | undefined {
    const topic = [...this.topics.values()].find((each) => each.topicId === topicId);
    return topic?.partitions[partition];
  }

  /** Appends records as one batch; returns the base offset. */
  append(topic: string, partition: number, records: readonly RecordInput[]): number {
    const found = this.topics.get(topic)?.partitions[partition] as Partition;
    return this.store(found, Buffer.from(encodeBatch(records, { nowMs: 1_000 })));
  }

  appendTexts(topic: string, partition: number, texts: readonly string[]): number {
    return this.append(
      topic,
      partition,
      texts.map((text) => ({ value: Buffer.from(text) })),
    );
  }

  store(partition: Partition, batch: Uint8Array): number {
    const baseOffset = partition.endOffset;
    stampBatch(batch, baseOffset, 2_000);
    partition.batches.push(batch);
    partition.endOffset += batchHeader(batch).count;
    const woken = this.waiting;
    this.waiting = [];
    for (const wake of woken) wake();
    return baseOffset;
  }

  get handlers(): Handlers {
    return {
      Metadata: ({ topics }) => ({
        brokers: [],
        topics: (topics ?? [...this.topics.keys()]).map((name) => this.describe(name)),
      }),
      Produce: ({ batches }) => ({
        results: batches.map((item) => {
          try {
            return { errorCode: 0, ...this.produceOnce(item) };
          } catch (error) {
            if (!(error instanceof MillraceError)) throw error;
            return { ...refusal(error.code), endOffset: error.detail.endOffset ?? -1 };
          }
        }),
      }),
      InitProducer: (request) => this.sequences.init(request),
      Fetch: (request, call) =>
        request.sessionId === 0 ? this.fetch(request, call) : this.fetchOn(request, call),
      ListOffsets: ({ partitions }) => ({
        partitions: partitions.map(({ topicId, partition, at }) => {
          const found = this.find(topicId, partition);
          if (found === undefined) {
            const errorCode = ERRORS.UNKNOWN_TOPIC.code;
            return { topicId, partition, errorCode, offset: -1, timestampMs: -1 };
          }
          const offset = at === -1 ? found.endOffset : found.startOffset;
          return { topicId, partition, errorCode: 0, offset, timestampMs: -1 };
        }),
      }),
      OffsetFetch: ({ partitions }) => ({
        offsets: (partitions ?? []).map(({ topicId, partition }) => ({
          topicId,
          partition,
          offset: this.committed.get(`${topicId}/${partition}`) ?? -1,
        })),
      }),
      OffsetCommit: ({ offsets }) => ({
        results: offsets.map(({ topicId, partition, offset }) => {
          this.committed.set(`${topicId}/${partition}`, offset);
          return { errorCode: 0 };
        }),
      }),
    };
  }

  private async fetch({ maxWaitMs, partitions }: Fetch, call: FakeCall) {
    for (;;) {
      const reply = partitions.map((asked) => this.read(asked));
      if (reply.some(hasNews) || call.signal.aborted || !(await this.news(call, maxWaitMs))) {
        return { partitions: reply };
      }
    }
  }

  private async fetchOn(request: Fetch, call: FakeCall) {
    const { sessionId, isNewSession, partitions } = request;
    const sessions = this.sessions.get(call.connection) ?? new Map<number, FakeSession>();
    this.sessions.set(call.connection, sessions);
    const fresh = { asked: new Map(), turn: new AbortController(), done: Promise.resolve() };
    if (isNewSession) sessions.set(sessionId, fresh);
    if (isNewSession && partitions.length === 0) {
      sessions.delete(sessionId);
      return { partitions: [] };
    }
    const session = sessions.get(sessionId);
    if (session === undefined) return new MillraceError('UNKNOWN_FETCH_SESSION');
    session.turn.abort();
    const turn = new AbortController();
    session.turn = turn;
    const signal = AbortSignal.any([call.signal, turn.signal]);
    const answer = session.done.then(() => this.inTurn(session, request, { ...call, signal }));
    session.done = settled(answer);
    return { partitions: await answer };
  }

  private async inTurn({ asked }: FakeSession, request: Fetch, call: FakeCall): Promise<Told[]> {
    const { partitions, maxBytes, maxWaitMs } = request;
    for (const place of request.forgotten ?? []) asked.delete(placeKey(place));
    for (const one of partitions) asked.set(placeKey(one), { ...one });
    const named = new Set(partitions.map(placeKey));
    for (;;) {
      let left = maxBytes;
      const all = [...asked.values()].map((one) => {
        const told = this.read(one, Math.min(left, one.maxBytes), left === maxBytes);
        for (const { length } of told.batches) left -= length;
        return told;
      });
      if (!all.some(hasNews) && !call.signal.aborted && (await this.news(call, maxWaitMs)))
        continue;
      const reply = all.filter((one) => hasNews(one) || named.has(placeKey(one)));
      for (const one of reply) goOn(asked, one);
      return reply;
    }
  }

  /** Throws the refusal. */
  private produceOnce({
    topicId,
    partition,
    batch,
    expectedOffset,
  }: RequestOf<'Produce'>['batches'][number]) {
    const found = this.find(topicId, partition);
    if (found === undefined) throw new MillraceError('UNKNOWN_TOPIC');
    const place = `${topicId}/${partition}`;
    const first = this.sequences.find(place, batch);
    if (first !== undefined) return { ...first, repeated: true };
    if (expectedOffset !== null && expectedOffset !== found.endOffset) {
      const { endOffset } = found;
      throw new MillraceError('OFFSET_MISMATCH', undefined, { endOffset });
    }
    const answer = this.produce(found, partition, batch);
    this.sequences.note(place, batch, answer);
    return answer;
  }

  /** Drops what has a dedup hash that came before. */
  private produce(found: Partition, partition: number, batch: Uint8Array) {
    const duplicates: { index: number; partition: number; offset: number }[] = [];
    const fresh = readRecords(batch).filter((_, index) => {
      const hash = Buffer.from(recordDedup(batch, index) ?? []).toString('hex');
      const known = this.deduped.get(hash);
      if (known !== undefined) duplicates.push({ index, ...known });
      else if (hash !== '') {
        const offset = found.endOffset + index - duplicates.length;
        this.deduped.set(hash, { partition, offset });
      }
      return known === undefined;
    });
    if (duplicates.length === 0) {
      const baseOffset = this.store(found, Buffer.from(batch));
      return { baseOffset, appendTimeMs: 2_000, duplicates: null };
    }
    if (fresh.length === 0) return { baseOffset: -1, appendTimeMs: -1, duplicates };
    const rest = Buffer.from(encodeBatch(fresh, { nowMs: 1_000 }));
    return { baseOffset: this.store(found, rest), appendTimeMs: 2_000, duplicates };
  }

  private describe(name: string) {
    const topic = this.topics.get(name);
    if (topic === undefined) {
      return { errorCode: ERRORS.UNKNOWN_TOPIC.code, name, topicId: 0, leaders: [] };
    }
    return { errorCode: 0, name, topicId: topic.topicId, leaders: topic.partitions.map(() => 1) };
  }

  read({ topicId, partition, offset }: AskedPartition, bytesMax = Infinity, firstWhole = true) {
    const found = this.find(topicId, partition);
    const { startOffset = 0, endOffset = 0 } = found ?? {};
    const refused = (name: ErrorName) => ({ errorCode: ERRORS[name].code, batches: [] });
    const where = { topicId, partition, startOffset, endOffset };
    if (found === undefined) return { ...where, ...refused('UNKNOWN_TOPIC') };
    if (offset < startOffset || offset > endOffset) {
      return { ...where, ...refused('OFFSET_OUT_OF_RANGE') };
    }
    const batches = found.batches.filter((batch) => {
      const { baseOffset, lastOffsetDelta } = batchHeader(batch);
      return baseOffset + lastOffsetDelta >= offset;
    });
    let bytes = 0;
    const tooMany = batches.findIndex((batch, index) => {
      bytes += batch.length;
      return bytes > bytesMax && !(index === 0 && firstWhole);
    });
    return { ...where, errorCode: 0, batches: tooMany < 0 ? batches : batches.slice(0, tooMany) };
  }

  /** False where nothing came in time. */
  private async news({ signal }: FakeCall, ms: number): Promise<boolean> {
    let isNews = false;
    const done = new AbortController();
    this.waiting.push(() => {
      isNews = true;
      done.abort();
    });
    await untilAborted(AbortSignal.any([signal, done.signal]), ms);
    return isNews;
  }
}

type Fetch = RequestOf<'Fetch'>;
type Told = ReturnType<FakeLog['read']>;

interface FakeSession {
  readonly asked: Map<string, AskedPartition>;
  /** Aborted by the next fetch. */
  turn: AbortController;
  done: Promise<void>;
}

function placeKey({ topicId, partition }: { topicId: number; partition: number }): string {
  return `${topicId}/${partition}`;
}

function hasNews({ batches, errorCode }: Told): boolean {
  return batches.length > 0 || errorCode > 0;
}

/** The session reads on after what it was told. */
function goOn(asked: Map<string, AskedPartition>, told: Told): void {
  const key = placeKey(told);
  const known = asked.get(key);
  const last = told.batches.at(-1);
  if (told.errorCode > 0) asked.delete(key);
  if (known === undefined || last === undefined) return;
  const { baseOffset, lastOffsetDelta } = batchHeader(last);
  asked.set(key, { ...known, offset: baseOffset + lastOffsetDelta + 1 });
}

type AskedPartition = RequestOf<'Fetch'>['partitions'][number];

export function refusal(name: ErrorName) {
  return { errorCode: ERRORS[name].code, errorMessage: null, baseOffset: -1, appendTimeMs: -1 };
}
