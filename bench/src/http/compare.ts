// The same three loads on servers of the SQS API, one server after the other, and on a bare route of fastify. Each server
// is told apart in what an answer of it means: one writes to a disk, others keep all in memory.

import { TemporaryDirectory } from '@millrace/harness';
import { type Latencies, LatencyRecorder } from '../measure/latency-recorder.ts';
import { type Spread, spreadOf } from '../measure/spread.ts';
import { treeCpuSeconds } from '../peers/process-tree.ts';
import { startBareServer } from './bare-route.ts';
import { fire, type Shot } from './cannon.ts';
import type { SqsServer, SqsServerKind } from './servers.ts';
import { createQueue, queueCounts, SHOTS, SQS_LOADS, type SqsLoad } from './sqs-loads.ts';

export interface HttpSettings {
  readonly durationMs: number;
  readonly warmupMs: number;
  readonly runs: number;
  readonly connections: number;
  readonly recordBytes: number;
}

export interface Measured {
  readonly messagesPerSecond: Spread;
  /** Of a request. */
  readonly latencyMs: Latencies | null;
  /** Of the server's process; null where the system does not tell. */
  readonly cpuSecondsPerMillion: number | null;
}

export interface ComparedServer {
  readonly name: string;
  readonly title: string;
  readonly durability: string;
  readonly loads: Partial<Readonly<Record<SqsLoad, Measured>>>;
  /** Why nothing of it was measured, or no more. */
  readonly skipped?: string;
}

const SECOND_MS = 1_000;
const MILLION = 1_000_000;
/** Of a queue that a run left with less the rate says nothing. */
const LEFT_MIN = 1_000;

/** POSTs of one small message each, as the load `send` has them. */
export async function measureBare(settings: HttpSettings): Promise<ComparedServer> {
  const server = await startBareServer();
  const { url, pid } = server;
  const shots = SHOTS.send({ url, recordBytes: settings.recordBytes });
  try {
    const send = await measureShots({ endpoint: url, pid }, shots, settings);
    const about = { name: 'bare', title: 'bare fastify route', durability: 'nothing is kept' };
    return { ...about, loads: { send } };
  } finally {
    await server.stop();
  }
}

export async function measureServer(
  kind: SqsServerKind,
  settings: HttpSettings,
  step: (title: string) => void,
): Promise<ComparedServer> {
  const { name, title, durability } = kind;
  const directory = new TemporaryDirectory('millrace-http-');
  const loads: { [L in SqsLoad]?: Measured } = {};
  let server: SqsServer | undefined;
  try {
    const started = await kind.start(directory.path);
    if (typeof started === 'string') return { name, title, durability, loads, skipped: started };
    server = started;
    for (const load of SQS_LOADS) {
      step(`${name}: ${load}`);
      loads[load] = await measureLoad(server, load, settings);
    }
    return { name, title, durability, loads };
  } catch (error) {
    return { name, title, durability, loads, skipped: (error as Error).message };
  } finally {
    await server?.stop();
    directory.remove();
  }
}

async function measureLoad(
  server: SqsServer,
  load: SqsLoad,
  settings: HttpSettings,
): Promise<Measured> {
  const { recordBytes, connections, durationMs, warmupMs, runs } = settings;
  const url = await createQueue(server.endpoint, `bench-${load}`);
  if (load === 'receive') {
    const shots = SHOTS['send-batch']({ url, recordBytes });
    const fillMs = warmupMs + (runs + 1) * durationMs;
    await fire({ url: server.endpoint, connections, durationMs: fillMs, shots });
  }
  const measured = await measureShots(server, SHOTS[load]({ url, recordBytes }), settings);
  const [visible] = await queueCounts(server.endpoint, url);
  if (load === 'receive' && visible < LEFT_MIN) throw new Error('the queue ran empty');
  return measured;
}

async function measureShots(
  { endpoint, pid }: Pick<SqsServer, 'endpoint' | 'pid'>,
  shots: readonly Shot[],
  { durationMs, warmupMs, runs, connections }: HttpSettings,
): Promise<Measured> {
  const volley = { url: endpoint, connections, shots };
  if (warmupMs > 0) await fire({ ...volley, durationMs: warmupMs });
  const latency = new LatencyRecorder();
  const rates: number[] = [];
  const costs: number[] = [];
  for (let run = 0; run < runs; run += 1) {
    const before = treeCpuSeconds([pid]);
    const { messages, elapsedMs } = await fire({ ...volley, durationMs, latency });
    const after = treeCpuSeconds([pid]);
    if (messages === 0) throw new Error('no message in a run');
    rates.push((messages * SECOND_MS) / elapsedMs);
    if (before !== null && after !== null) costs.push(((after - before) * MILLION) / messages);
  }
  return {
    messagesPerSecond: spreadOf(rates),
    latencyMs: latency.read(),
    cpuSecondsPerMillion: costs.length === 0 ? null : spreadOf(costs).median,
  };
}
