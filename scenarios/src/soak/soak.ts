// The soak: a server under half of what it can do, killed every few minutes, while everything it holds is looked at; then
// all that was sent is asked after. The order of things, and nothing of what the parts do.

import { setTimeout as sleep } from 'node:timers/promises';
import { type Client, connect } from '@millrace/client';
import { Random, TemporaryDirectory } from '@millrace/harness';
import { Churn } from './churn.ts';
import { Findings } from './findings.ts';
import { CLIENT_OPTIONS, type Lane, type LaneContext } from './lane.ts';
import { LogLane } from './log-lane.ts';
import { judge, warmAfterMs } from './measures.ts';
import type { SoakOptions } from './options.ts';
import { PLANTS } from './plants.ts';
import { KEYED_QUEUE, QueueLane, WORK_QUEUE } from './queue-lane.ts';
import { type LaneResult, type SoakResult, soakResult } from './result.ts';
import { Sampler } from './sampler.ts';
import { SoakServer } from './server.ts';
import { SqsLane } from './sqs-lane.ts';

export type Say = (line: string) => void;

const WARM_UP_MS = 5_000;
/** The first part of the run is with kills; then the broker lives on, for a leak to show. */
const KILLED_PART = 2 / 3;
/**
 * Until it is warm it is killed so many times as often: after a kill much is sent at once, and the data file takes its size by
 * finding room for that among its free pages.
 */
const KILLS_WHILE_WARMING = 6;
const DRAIN_MS_MAX = 180_000;
const LOOK_MS = 100;

interface Soak {
  readonly options: SoakOptions;
  readonly say: Say;
  readonly findings: Findings;
  readonly server: SoakServer;
  readonly lanes: readonly Lane[];
  readonly sampler: Sampler;
  readonly random: Random;
}

/** Where `signal` ends it early, it is judged by what there is. */
export async function soak(
  options: SoakOptions,
  say: Say,
  signal: AbortSignal,
): Promise<SoakResult> {
  const directory = new TemporaryDirectory('millrace-soak-');
  const dataDir = `${directory.path}/data`;
  const findings = new Findings();
  const plant = options.plant === '' ? undefined : PLANTS[options.plant];
  const server = await SoakServer.start(dataDir, findings, plant);
  try {
    say(`millrace ${server.pid} on ${server.address}, a gateway beside it at ${server.gatewayUrl}`);
    const context = contextOf(server, findings, options);
    const lanes = [
      new LogLane(context),
      new QueueLane(WORK_QUEUE, context),
      new QueueLane(KEYED_QUEUE, context),
      new SqsLane(server.gatewayUrl, context),
    ];
    const churn = new Churn(context, () => server);
    for (const lane of lanes) await lane.start();
    churn.start();
    const peaks = await findPeaks(lanes, options, say);
    const sampler = new Sampler(server, dataDir);
    const random = new Random(options.seed);
    const running: Soak = { options, say, findings, server, lanes, sampler, random };
    const results = await load(running, peaks, signal);
    await churn.stop();
    // Of a broker that is gone nothing can be asked.
    if (server.isUp) await drain(running);
    sampler.stop();
    await Promise.all(lanes.map((lane) => lane.close()));
    return soakResult({
      options,
      lanes: results,
      kills: server.startsMs.length,
      startsMs: server.startsMs,
      churnRounds: churn.rounds,
      samples: sampler.samples.length,
      measures: judge(sampler.samples),
      findings: findings.list(),
      isWhole: !signal.aborted,
    });
  } finally {
    await server.end();
    directory.remove();
  }
}

function contextOf(
  { address }: SoakServer,
  findings: Findings,
  { recordBytes }: SoakOptions,
): LaneContext {
  return {
    findings,
    recordBytes,
    connect: (clientName): Promise<Client> =>
      connect({ ...CLIENT_OPTIONS, brokers: address, clientName }),
  };
}

/** All at once as fast as they can, beside each other as they will run. */
async function findPeaks(
  lanes: readonly Lane[],
  { rate, peakSeconds }: SoakOptions,
  say: Say,
): Promise<number[]> {
  if (rate > 0) return lanes.map(() => rate * 2);
  for (const lane of lanes) lane.rate = Number.POSITIVE_INFINITY;
  await sleep(WARM_UP_MS);
  const before = lanes.map(({ done }) => done);
  const startedAt = performance.now();
  await sleep(peakSeconds * 1_000);
  const seconds = (performance.now() - startedAt) / 1_000;
  const peaks = lanes.map(({ done }, at) => (done - (before[at] ?? 0)) / seconds);
  lanes.forEach(({ name }, at) => {
    say(`peak ${Math.round(peaks[at] ?? 0)} records/s: ${name}`);
  });
  return peaks;
}

async function load(
  running: Soak,
  peaks: readonly number[],
  signal: AbortSignal,
): Promise<LaneResult[]> {
  const { options, lanes } = running;
  const asked = peaks.map((peak) => peak * options.part);
  lanes.forEach((lane, at) => {
    lane.rate = asked[at] ?? 0;
  });
  const before = lanes.map(({ done }) => done);
  const startedAt = performance.now();
  const runMs = options.minutes * 60_000;
  const pauseMs = options.killEverySeconds * 1_000;
  const warmAt = startedAt + warmAfterMs(runMs);
  await killUntil(running, warmAt, pauseMs / KILLS_WHILE_WARMING, signal);
  await killUntil(running, startedAt + runMs * KILLED_PART, pauseMs, signal);
  running.say(`${running.server.startsMs.length} kills survived; it lives on until the end`);
  if (running.server.isUp) await until(startedAt + runMs, signal);
  const seconds = (performance.now() - startedAt) / 1_000;
  return lanes.map(({ name, done }, at) => ({
    name,
    peakPerSecond: peaks[at] ?? 0,
    askedPerSecond: asked[at] ?? 0,
    donePerSecond: (done - (before[at] ?? 0)) / seconds,
    done: done - (before[at] ?? 0),
  }));
}

/** Again and again, after pauses by half more or less. */
async function killUntil(running: Soak, untilMs: number, pauseMs: number, signal: AbortSignal) {
  const { server, random, say } = running;
  for (;;) {
    const nextMs = performance.now() + pauseMs * (0.5 + random.next());
    if (nextMs > untilMs) break;
    await until(nextMs, signal);
    if (signal.aborted || !server.isUp) return;
    await server.killAndStart();
    if (!server.isUp) return;
    const tookMs = Math.round(server.startsMs.at(-1) ?? 0);
    say(`kill ${server.startsMs.length}: it answers again ${tookMs} ms after its start`);
  }
  await until(untilMs, signal);
}

async function until(ms: number, signal: AbortSignal): Promise<void> {
  const pauseMs = Math.max(0, ms - performance.now());
  await sleep(pauseMs, undefined, { signal }).catch(() => undefined);
}

/** Until all that was sent has come to its end, or nothing more is to be hoped for. */
async function drain({ lanes, findings, say }: Soak): Promise<void> {
  await Promise.all(lanes.map((lane) => lane.stopSending()));
  const giveUpAt = performance.now() + DRAIN_MS_MAX;
  const open = () => lanes.filter(({ isComplete }) => !isComplete);
  while (open().length > 0 && performance.now() < giveUpAt) await sleep(LOOK_MS);
  for (const { name } of open()) findings.add('stuck', name);
  for (const lane of lanes) await lane.conclude();
  say(`all is asked after: ${findings.list().length === 0 ? 'nothing wrong' : 'FAULTS'}`);
}
