// compression: what each codec saves and costs on real texts, and what is then produced in a second.

import { type Client, type CodecName, codecs, codecsAvailable } from '@millrace/client';
import { batchHeader, encodeBatch, requireCodec } from '@millrace/protocol';
import { formatCount } from '../format.ts';
import { runLanes } from '../lanes.ts';
import type { LatencyRecorder } from '../measure/latency-recorder.ts';
import { medianOf } from '../measure/spread.ts';
import { realTexts, type TextKind } from './real-texts.ts';
import {
  type Arena,
  type Done,
  mustEqual,
  type Run,
  type Session,
  type Verdict,
  type Workload,
} from './workload.ts';

/** Of a body before compression: what the producer gathers by default. */
const BODY_BYTES = 256 * 1_024;
/** Parts of the time of one codec and kind: the rest is for producing. */
const COMPRESS_PART = 0.25;
const DECOMPRESS_PART = 0.15;

export const compression: Workload = {
  name: 'compression',
  about: 'Each codec that is at hand on real texts of 200 B to 10 KiB: ratio, CPU, records/s.',
  latencyOf: 'from the call of sendBatch to its acknowledgement, all codecs together',
  takes: ['duration', 'warmup', 'runs', 'partitions', 'inFlight', 'sync'],
  defaults: { duration: 20, runs: 3 },
  async open({ client, settings }: Arena): Promise<Session> {
    const { partitions, inFlight, runs } = settings;
    const kinds = realTexts().map((kind) => new PackedKind(kind));
    const names = codecsAvailable();
    for (const { name } of kinds) {
      await client.admin.createTopic({ name: topicOf(name), partitions });
    }
    return new CompressionSession(client, { kinds, names, inFlight, runs });
  },
};

function topicOf(kind: string): string {
  return `bench-${kind}`;
}

/** The values of one kind, divided into bodies as a producer would. */
class PackedKind {
  readonly name: string;
  readonly batches: readonly (readonly { value: Buffer }[])[];
  readonly bodies: readonly Uint8Array[];
  readonly valueBytes: number;

  constructor({ name, values }: TextKind) {
    this.name = name;
    this.valueBytes = values.reduce((sum, { length }) => sum + length, 0);
    const batches: { value: Buffer }[][] = [];
    let bytes = BODY_BYTES;
    for (const value of values) {
      if (bytes >= BODY_BYTES) {
        batches.push([]);
        bytes = 0;
      }
      batches.at(-1)?.push({ value });
      bytes += value.length;
    }
    this.batches = batches;
    this.bodies = batches.map((records) => {
      const batch = encodeBatch(records, { nowMs: 0 });
      return batch.subarray(batch.length - batchHeader(batch).bodyBytes);
    });
  }
}

/** Of one codec and kind in one run. */
interface Sample {
  readonly kind: string;
  readonly codec: CodecName;
  readonly ratio: number;
  readonly compressMegabytes: number;
  readonly decompressMegabytes: number;
  readonly recordsPerSecond: number;
  readonly clientCpuSecondsPerMillion: number;
}

interface CompressionOptions {
  readonly kinds: readonly PackedKind[];
  readonly names: readonly CodecName[];
  readonly inFlight: number;
  readonly runs: number;
}

class CompressionSession implements Session {
  readonly #client: Client;
  readonly #options: CompressionOptions;
  readonly #acknowledged = new Map<string, number>();
  /** By run; the warm-up is the first. */
  readonly #samples: Sample[][] = [];

  constructor(client: Client, options: CompressionOptions) {
    this.#client = client;
    this.#options = options;
  }

  async measure({ durationMs, latency }: Run): Promise<Done> {
    const { kinds, names } = this.#options;
    const slotMs = durationMs / (kinds.length * names.length);
    const startedAt = performance.now();
    const samples: Sample[] = [];
    let records = 0;
    let bytes = 0;
    for (const kind of kinds) {
      for (const codec of names) {
        const cost = measureCodec(codec, kind, slotMs);
        const produceMs = slotMs * (1 - COMPRESS_PART - DECOMPRESS_PART);
        const sent = await this.#produce(codec, kind, produceMs, latency);
        samples.push({ kind: kind.name, codec, ...cost, ...sent.rates });
        records += sent.records;
        bytes += sent.bytes;
      }
    }
    this.#samples.push(samples);
    return { records, bytes, elapsedMs: performance.now() - startedAt };
  }

  async verify(): Promise<string> {
    let all = 0;
    for (const { name } of this.#options.kinds) {
      const { partitions } = await this.#client.admin.describeTopic(topicOf(name));
      const stored = partitions.reduce((sum, { endOffset }) => sum + endOffset, 0);
      mustEqual(`records of ${name}`, stored, this.#acknowledged.get(name) ?? 0);
      all += stored;
    }
    return `the broker's end offsets are the records acknowledged: ${formatCount(all)}`;
  }

  verdict(): Verdict {
    const counted = this.#samples.slice(-this.#options.runs).flat();
    const { kinds, names } = this.#options;
    const medians = kinds.flatMap(({ name: kind }) =>
      names.map((codec) =>
        medianSample(counted.filter((s) => s.kind === kind && s.codec === codec)),
      ),
    );
    return {
      isPassed: true,
      text: 'MB/s of texts, one thread; records/s as acknowledged, through one producer.',
      details: { samples: medians },
      table: {
        head: [
          'texts',
          'codec',
          'ratio',
          'pack MB/s',
          'unpack MB/s',
          'records/s',
          'client CPU s/M',
        ],
        rows: medians.map((sample) => [
          sample.kind,
          sample.codec,
          sample.ratio.toFixed(2),
          sample.codec === 'none' ? '' : sample.compressMegabytes.toFixed(0),
          sample.codec === 'none' ? '' : sample.decompressMegabytes.toFixed(0),
          formatCount(Math.round(sample.recordsPerSecond)),
          sample.clientCpuSecondsPerMillion.toFixed(1),
        ]),
      },
    };
  }

  async close(): Promise<void> {
    // Each producer was closed with its measurement.
  }

  async #produce(codec: CodecName, kind: PackedKind, durationMs: number, latency: LatencyRecorder) {
    const { inFlight } = this.#options;
    const producer = this.#client.producer({
      codec: codecs.bytes,
      compression: codec,
      batchBytes: BODY_BYTES,
      maxInFlight: inFlight,
    });
    const cpuBefore = process.cpuUsage();
    const startedAt = performance.now();
    let next = 0;
    let records = 0;
    await runLanes(inFlight, async () => {
      const batch = kind.batches[next % kind.batches.length] ?? [];
      next += 1;
      const sentAt = performance.now();
      const { offsets } = await producer.sendBatch(topicOf(kind.name), batch);
      // Not `records += (await …)`: that would read the sum before the others have added to it.
      records += offsets.length;
      latency.record(performance.now() - sentAt);
      return performance.now() - startedAt < durationMs;
    });
    const seconds = (performance.now() - startedAt) / 1_000;
    const { user, system } = process.cpuUsage(cpuBefore);
    await producer.close();
    this.#acknowledged.set(kind.name, records + (this.#acknowledged.get(kind.name) ?? 0));
    const perRecord = kind.valueBytes / kind.batches.flat().length;
    const rates = {
      recordsPerSecond: records / seconds,
      clientCpuSecondsPerMillion: (user + system) / records,
    };
    return { records, bytes: records * perRecord, rates };
  }
}

/** Bodies again and again, for a part of the time. */
function measureCodec(
  name: CodecName,
  { bodies }: PackedKind,
  slotMs: number,
): Pick<Sample, 'ratio' | 'compressMegabytes' | 'decompressMegabytes'> {
  const codec = requireCodec(name);
  const packed = bodies.map((body) => codec.compress(body));
  const total = (all: readonly Uint8Array[]) => all.reduce((sum, { length }) => sum + length, 0);
  return {
    ratio: total(bodies) / total(packed),
    compressMegabytes: rateOf(slotMs * COMPRESS_PART, bodies, (body) => {
      codec.compress(body);
      return body.length;
    }),
    decompressMegabytes: rateOf(slotMs * DECOMPRESS_PART, packed, (body, at) => {
      return codec.decompress(body, bodies[at]?.length ?? 0).length;
    }),
  };
}

/** 10^6 bytes a second of what `work` says it did. */
function rateOf(
  durationMs: number,
  bodies: readonly Uint8Array[],
  work: (body: Uint8Array, at: number) => number,
): number {
  const startedAt = performance.now();
  let bytes = 0;
  let elapsedMs = 0;
  while (elapsedMs < durationMs) {
    for (const [at, body] of bodies.entries()) bytes += work(body, at);
    elapsedMs = performance.now() - startedAt;
  }
  return bytes / elapsedMs / 1_000;
}

function medianSample(samples: readonly Sample[]): Sample {
  const [first] = samples;
  if (first === undefined) throw new Error('a codec was not measured');
  const of = (pick: (sample: Sample) => number) => medianOf(samples.map((one) => pick(one)));
  return {
    kind: first.kind,
    codec: first.codec,
    ratio: first.ratio,
    compressMegabytes: of((one) => one.compressMegabytes),
    decompressMegabytes: of((one) => one.decompressMegabytes),
    recordsPerSecond: of((one) => one.recordsPerSecond),
    clientCpuSecondsPerMillion: of((one) => one.clientCpuSecondsPerMillion),
  };
}
