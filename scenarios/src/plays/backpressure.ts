// Arrivals outrun one worker; the autoscaler looks at the depth of the queue and has more of them started, until depth
// settles; when arrivals end it takes them away again. What was seen is drawn at the end.

import { setTimeout as sleep } from 'node:timers/promises';
import { Autoscaler } from '../autoscaler/autoscaler.ts';
import { Fleet } from '../autoscaler/fleet.ts';
import { drawPlot } from '../autoscaler/plot.ts';
import type { Check } from '../proof.ts';
import type { Actor } from '../stage/actor.ts';
import type { StageQueue } from '../stage/queue.ts';
import type { Scenario } from '../stage/scenario.ts';
import type { Stage } from '../stage/stage.ts';
import { readLedger } from '../stores/outside-ledger.ts';

const ARRIVALS_A_SECOND = 20;
/** Arrivals go on until depth has settled: a machine that is busy takes longer to start workers. */
const ARRIVALS_MS_MIN = 20_000;
const ARRIVALS_MS_MAX = 60_000;
/** Spoiled, it never settles. */
const SPOILED_MS = 25_000;
const MS = 1_000;
/** The effect takes so long, so a worker gets through five a second at best: arrivals are the work of four and a bit. */
const EFFECT_SECONDS = 0.2;
const LOOK_EVERY_MS = 250;

const POLICY = {
  workersMin: 1,
  workersMax: 8,
  depthPerWorker: 10,
  growStepMax: 2,
  growPauseMs: 1_500,
  shrinkStepMax: 1,
  shrinkWindowMs: 2_000,
} as const;
/** Depth has settled when it is no more than what all workers there may be are trusted with, for so long. */
const SETTLED_DEPTH = POLICY.workersMax * POLICY.depthPerWorker;
const SETTLED_MS = 8_000;
const GIVE_UP_MS = 120_000;

export interface Sample {
  /** Since the first look. */
  readonly atMs: number;
  /** Waiting and in hand. */
  readonly depth: number;
  readonly workers: number;
}

export const BACKPRESSURE: Scenario = {
  name: 'backpressure',
  title: 'Backpressure and automatic scaling',
  claim:
    'When arrivals outrun the workers more of them are started until depth settles, and they go again when arrivals end, without a message lost or worked on twice.',
  speed: 'slow',
  via: ['native', 'sqs'],
  spoil: 'nobody starts more workers',
  play,
};

async function play(stage: Stage): Promise<readonly Check[]> {
  const queue = await stage.queue('orders', { visibilityTimeoutSeconds: 30 });
  const knobs = { sideEffectDelaySeconds: EFFECT_SECONDS, waitTimeSeconds: 1 };
  const fleet = new Fleet((name) => stage.worker(name, queue, knobs, { isQuiet: true }));
  fleet.resize(POLICY.workersMin);
  await stage.until('the first worker is there', () => fleet.everyone.length > 0);
  const producer = stage.producer(
    'P',
    queue,
    { n: arrivalsMax(stage), rate: ARRIVALS_A_SECOND, batchSize: 1 },
    { isQuiet: true },
  );
  const { samples, arrivalsEndMs } = await watch(stage, queue, fleet, producer);
  await fleet.settled();
  stage.show('depth and workers', picture(samples, arrivalsEndMs), { samples, arrivalsEndMs });
  const sent = producer.count('acknowledged');
  const ledger = await readLedger(stage.ledgerPath);
  const peak = Math.max(...samples.map(({ workers }) => workers));
  stage.say(`workers at a time: at most ${peak}; processes in all: ${fleet.everyone.length}`);
  return [
    { claim: 'effects', expected: sent, found: ledger.length },
    {
      claim: 'different messages with an effect',
      expected: sent,
      found: new Set(ledger.map(({ id }) => id)).size,
    },
    {
      claim: 'acknowledged, says the broker',
      expected: sent,
      found: (await queue.counts()).acknowledged,
    },
    { claim: 'one worker was not enough', expected: 'yes', found: yesNo(outran(samples)) },
    {
      claim: 'depth settled while messages still came',
      expected: 'yes',
      found: yesNo(hasSettled(samples, arrivalsEndMs)),
    },
    { claim: 'workers at the end', expected: POLICY.workersMin, found: fleet.count() },
  ];
}

/** Looks and acts until the queue is empty and the workers are as few as at first; or until it gives up. */
async function watch(
  stage: Stage,
  queue: StageQueue,
  fleet: Fleet<Actor>,
  producer: Actor,
): Promise<{ samples: Sample[]; arrivalsEndMs: number }> {
  const autoscaler = new Autoscaler(POLICY);
  const samples: Sample[] = [];
  const beganMs = performance.now();
  let arrivalsEndMs: number | undefined;
  for (;;) {
    const atMs = performance.now() - beganMs;
    const depth = await depthOf(queue);
    const workers = fleet.count();
    samples.push({ atMs, depth, workers });
    // It ends behind what it is sending, as if nobody wanted anything more.
    if (atMs >= ARRIVALS_MS_MIN && hasSettled(samples, atMs)) void producer.end('SIGTERM');
    if (producer.exit !== undefined && arrivalsEndMs === undefined) {
      arrivalsEndMs = atMs;
      stage.say(`arrivals end: depth ${depth}, workers: ${workers}`);
    }
    const isOver = depth === 0 && workers === POLICY.workersMin && arrivalsEndMs !== undefined;
    // Without more workers what has piled up would take minutes, and nothing would be shown by it.
    const isHopeless = stage.isSpoiled && arrivalsEndMs !== undefined;
    if (isOver || isHopeless || atMs > GIVE_UP_MS) {
      return { samples, arrivalsEndMs: arrivalsEndMs ?? atMs };
    }
    const decision = autoscaler.decide({ atMs, depth, workers });
    if (decision.workers !== workers && !stage.isSpoiled) {
      stage.say(`depth ${depth}: ${decision.why} at ${workers}, ${decision.workers} from now on`);
      fleet.resize(decision.workers);
    }
    await sleep(LOOK_EVERY_MS);
  }
}

function arrivalsMax({ isSpoiled }: Stage): number {
  return ARRIVALS_A_SECOND * ((isSpoiled ? SPOILED_MS : ARRIVALS_MS_MAX) / MS);
}

/** What is in hand counts: it is not done yet. */
async function depthOf(queue: StageQueue): Promise<number> {
  const { ready, leased } = await queue.depth();
  return ready + leased;
}

function outran(samples: readonly Sample[]): boolean {
  return samples.some(({ depth }) => depth > POLICY.depthPerWorker);
}

function hasSettled(samples: readonly Sample[], arrivalsEndMs: number): boolean {
  const late = samples.filter(
    ({ atMs }) => atMs >= arrivalsEndMs - SETTLED_MS && atMs <= arrivalsEndMs,
  );
  return late.length > 1 && late.every(({ depth }) => depth <= SETTLED_DEPTH);
}

function picture(samples: readonly Sample[], arrivalsEndMs: number): string {
  const band = (title: string, rows: number, measure: (sample: Sample) => number) => ({
    title,
    rows,
    points: samples.map((sample) => ({ atMs: sample.atMs, value: measure(sample) })),
  });
  return drawPlot({
    bands: [
      band('messages in the queue', 8, ({ depth }) => depth),
      // A line a worker.
      band('workers', Math.max(...samples.map(({ workers }) => workers)), ({ workers }) => workers),
    ],
    marks: [{ atMs: arrivalsEndMs, text: 'arrivals end' }],
  });
}

const yesNo = (is: boolean): string => (is ? 'yes' : 'no');
