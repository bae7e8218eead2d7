// A whole run, made up: figures of the size that such runs have, with everything a page can show, and the odd case of
// each kind (nothing found, a work that failed, a name with HTML in it).
import type { Latencies } from '../src/measure/latency-recorder.ts';
import type { Spread } from '../src/measure/spread.ts';
import { type Report, reportOf } from '../src/report/report.ts';
import type {
  ComparedPeer,
  ComparedWork,
  Curve,
  PeerWork,
  Results,
} from '../src/results/results.ts';
import { RESULTS_FORMAT } from '../src/results/results.ts';
import { ENVIRONMENT, outcomeOf, runOf } from './outcome.ts';

export function latenciesOf(p50: number, p99: number): Latencies {
  // A tail of the form a·x^b through both, x messages of which one is slower.
  const power = Math.log(p99 / p50) / Math.log(50);
  const at = (percentile: number) => p50 * (100 / (100 - percentile) / 2) ** power;
  const told = [0, 25, 50, 75, 90, 95, 99, 99.5, 99.9, 99.95, 99.99, 99.995];
  return {
    p50,
    p90: at(90),
    p95: at(95),
    p99,
    p999: at(99.9),
    p9999: at(99.99),
    max: at(99.999),
    count: 250_000,
    curve: [...told.map((percentile) => [percentile, at(percentile)] as const), [100, at(99.999)]],
  };
}

export function spreadAround(median: number): Spread {
  return { median, min: median * 0.94, max: median * 1.04 };
}

/** Runs of two seconds at these rates. */
export function workloadOf(line: string, rates: readonly number[], fields: object = {}): Report {
  const runs = rates.map((rate) => {
    const cpu = { brokerCpuSeconds: rate * 9e-7, clientCpuSeconds: rate * 1.1e-6 };
    return runOf(rate * 2, { ...cpu, latencies: latenciesOf(1.1, 4), ...fields });
  });
  return reportOf(outcomeOf(line, { runs, latencies: latenciesOf(1.1, 4) }));
}

type Figures = readonly [rate: number, server: number, client: number, mebibytes: number];

function workOf(
  work: PeerWork,
  figures: Figures,
  latency: readonly [number, number],
): ComparedWork {
  const [rate, server, client, mebibytes] = figures;
  return {
    work,
    recordsPerSecond: spreadAround(rate),
    latencyMs: latenciesOf(...latency),
    serverCpuSecondsPerMillion: server,
    clientCpuSecondsPerMillion: client,
    serverResidentBytes: mebibytes * 2 ** 20,
  };
}

function millrace(): ComparedPeer {
  const works = (factor: number, ms: number): ComparedWork[] => [
    workOf('produce', [1_090_000 * factor, 0.44, 0.52, 210], [24, 61]),
    workOf('produce-1k', [170_000 * factor, 1.4, 1.2, 260], [40, 90]),
    workOf('produce-one', [880 / ms, 190, 240, 90], [1.1 * ms, 2.4 * ms]),
    workOf('consume', [2_140_000, 0.2, 0.4, 300], [2, 6]),
    workOf('queue', [530_000 * factor, 1.05, 1.58, 240], [5, 13]),
    workOf('queue-one', [182_000 * factor, 3.1, 3.4, 240], [1.4, 4]),
    workOf('latency', [10_000, 16, 22, 110], [2.2 * ms, 18 * ms]),
  ];
  return {
    name: 'millrace',
    title: 'Millrace',
    client: '@millrace/client',
    version: '0.1.0',
    clientVersion: '0.1.0',
    modes: [
      {
        mode: 'default',
        isFlushed: true,
        durability: 'on the disk, many in one flush',
        works: works(1, 1),
      },
      {
        mode: 'unflushed',
        isFlushed: false,
        durability: 'handed to the system',
        works: works(1.2, 0.3),
      },
    ],
  };
}

interface PeerRow {
  readonly name: string;
  readonly title: string;
  readonly flushed: readonly ComparedWork[];
  readonly unflushed?: readonly ComparedWork[];
}

function peer({ name, title, flushed, unflushed }: PeerRow): ComparedPeer {
  const onDisk = { isFlushed: true, durability: 'on the disk', works: flushed } as const;
  const inMemory = { isFlushed: false, durability: 'in the page cache', works: unflushed ?? [] };
  return {
    name,
    title,
    client: `${name}-client`,
    version: '1.2.3',
    clientVersion: '4.5.6',
    modes:
      unflushed === undefined
        ? [{ mode: 'default', ...onDisk }]
        : [
            { mode: 'default', ...inMemory },
            { mode: 'flushed', ...onDisk },
          ],
  };
}

const PEERS: readonly ComparedPeer[] = [
  millrace(),
  peer({
    name: 'redis-streams',
    title: 'Redis Streams',
    flushed: [
      workOf('produce', [165_000, 2.4, 6, 210], [9, 21]),
      workOf('produce-one', [3_800, 90, 170, 12], [0.24, 0.46]),
      workOf('queue', [230_000, 3.6, 6.6, 390], [3, 9]),
      workOf('latency', [10_000, 20, 60, 40], [0.5, 2.1]),
    ],
    unflushed: [
      workOf('produce', [204_000, 1.9, 5.7, 210], [7, 18]),
      workOf('produce-one', [12_000, 40, 70, 13], [0.07, 0.8]),
      workOf('consume', [699_000, 0.6, 1.1, 640], [1, 3]),
      workOf('queue', [304_000, 2.2, 3.9, 640], [2, 6]),
      workOf('latency', [10_000, 14, 50, 40], [0.2, 1.2]),
    ],
  }),
  peer({
    name: 'rabbitmq-stream',
    title: 'RabbitMQ stream',
    flushed: [],
    unflushed: [
      workOf('produce', [571_000, 1.3, 1.7, 159], [5, 12]),
      workOf('consume', [125_000, 5, 7, 160], [3, 9]),
    ],
  }),
  peer({
    name: 'rabbitmq-quorum',
    title: 'RabbitMQ quorum queue',
    flushed: [
      workOf('produce', [61_000, 18, 5.5, 650], [30, 80]),
      workOf('produce-one', [1_700, 300, 200, 310], [0.45, 2.6]),
      workOf('queue', [87_000, 11.5, 5.8, 640], [6, 19]),
      workOf('latency', [10_000, 40, 30, 420], [3.1, 24]),
    ],
  }),
  peer({
    name: 'nats',
    title: 'NATS JetStream',
    flushed: [
      workOf('produce', [6_300, 83, 60, 22], [60, 180]),
      workOf('produce-one', [2_300, 100, 90, 22], [0.34, 1.5]),
    ],
    unflushed: [
      workOf('produce', [317_000, 3.4, 1.7, 19], [3, 8]),
      workOf('consume', [393_000, 1.1, 1.4, 50], [2, 5]),
      workOf('queue', [111_000, 7.4, 7.9, 50], [4, 10]),
      { work: 'queue-one', note: 'failed: a message came <b>twice</b>' },
    ],
  }),
  {
    name: 'elasticmq',
    title: 'ElasticMQ (SQS) <script>alert(1)</script>',
    client: '@aws-sdk/client-sqs',
    modes: [],
    skipped: 'no Java here; apt-get install openjdk-17-jre-headless',
  },
];

function curve(
  name: Curve['curve'],
  about: string,
  lines: Readonly<Record<string, readonly (readonly [at: number, rate: number])[]>>,
): Curve {
  const series = Object.entries(lines).map(([workload, points]) => ({
    workload,
    points: points.map(([at, rate]) => ({
      at,
      recordsPerSecond: spreadAround(rate),
      megabytesPerSecond: (rate * (name === 'record-size' ? at : 100)) / 1e6,
      latencyMs: latenciesOf(2, 9),
      brokerCpuSecondsPerMillion: 4e5 / rate,
      clientCpuSecondsPerMillion: 6e5 / rate,
      brokerAnonymousBytes: 80 * 2 ** 20 + at,
    })),
  }));
  return { curve: name, about, series };
}

const CURVES: readonly Curve[] = [
  curve('partitions', 'partitions of the topic', {
    produce: [
      [1, 800_000],
      [4, 1_050_000],
      [16, 1_060_000],
      [64, 990_000],
      [256, 820_000],
      [1_000, 430_000],
    ],
    consume: [
      [1, 1_900_000],
      [4, 2_140_000],
      [16, 2_100_000],
      [64, 1_900_000],
      [256, 1_500_000],
      [1_000, 1_100_000],
    ],
  }),
  curve('backlog', 'messages waiting', {
    queue: [
      [0, 560_000],
      [100_000, 540_000],
      [1_000_000, 530_000],
      [10_000_000, 510_000],
      [50_000_000, 470_000],
    ],
  }),
  curve('groups', 'groups', {
    'fan-out': [
      [1, 500_000],
      [5, 900_000],
      [10, 1_200_000],
    ],
  }),
  curve('record-size', 'bytes of a value', {
    produce: [
      [100, 1_090_000],
      [1_024, 170_000],
      [10_240, 21_000],
    ],
    consume: [
      [100, 2_140_000],
      [1_024, 420_000],
      [10_240, 52_000],
    ],
  }),
];

export function resultsFixture(): Results {
  return {
    format: RESULTS_FORMAT,
    environment: { ...ENVIRONMENT, versions: { millrace: '0.1.0', lmdb: '3.5.6' } },
    workloads: [
      workloadOf('produce', [1_060_000, 1_090_000, 1_110_000]),
      workloadOf('produce --record-bytes 1024', [160_000, 170_000, 175_000]),
      workloadOf('produce --sync os', [1_400_000, 1_450_000]),
      workloadOf('consume', [3_100_000, 3_140_000]),
      workloadOf('queue', [520_000, 530_000]),
      workloadOf('queue-one', [180_000, 182_000]),
      workloadOf('produce-one', [870, 880]),
      workloadOf('latency', [10_000, 10_000]),
      workloadOf('latency-queue', [10_000, 10_000]),
    ],
    curves: CURVES,
    peers: {
      environment: ENVIRONMENT,
      settings: { duration: 5, runs: 3, rate: 10_000 },
      peers: PEERS,
    },
    failures: [{ part: 'delayed --backlog 5', reason: 'the broker said "no" <b>' }],
  };
}
