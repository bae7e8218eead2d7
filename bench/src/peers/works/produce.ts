// produce, produce-1k and produce-one: what is acknowledged counts, and the server must count the same in the end.

import { runLanes } from '../../lanes.ts';
import { LatencyRecorder } from '../../measure/latency-recorder.ts';
import type { ComparedWork } from '../../results/results.ts';
import { payload } from '../../workloads/payload.ts';
import type { Sender } from '../peer.ts';
import { mustCount } from './fill.ts';
import { figuresOf, RECORD_BYTES, timedRuns, type Work, type WorkContext } from './work.ts';

const LARGE_BYTES = 1_024;
/** As many bytes of large values on their way as of small ones, or nearly. */
const LARGE_BATCH_MAX = 256;

export const produce: Work = (context) => pipelined(context, RECORD_BYTES);

export const produceLarge: Work = (context) => pipelined(context, LARGE_BYTES);

async function pipelined(context: WorkContext, bytes: number): Promise<ComparedWork> {
  return withSender(context, async (sender, acknowledged) => {
    const batch = bytes > RECORD_BYTES ? Math.min(LARGE_BATCH_MAX, sender.batch) : sender.batch;
    const values = payload(bytes, batch);
    const runs = await timedRuns(context, async (durationMs) => {
      const startedAt = performance.now();
      const endsAt = startedAt + durationMs;
      let records = 0;
      await runLanes(sender.inFlight, async () => {
        await sender.send(values);
        records += batch;
        return performance.now() < endsAt;
      });
      acknowledged(records);
      return { records, elapsedMs: performance.now() - startedAt };
    });
    return figuresOf(context, runs, null);
  });
}

/** Each after the last one's acknowledgement. */
export const produceOne: Work = (context) => {
  return withSender(context, async (sender, acknowledged) => {
    const values = payload(RECORD_BYTES, 64);
    let latency = new LatencyRecorder();
    let isWarm = context.settings.warmupMs === 0;
    const runs = await timedRuns(context, async (durationMs) => {
      const startedAt = performance.now();
      let records = 0;
      for (let at = startedAt; at < startedAt + durationMs; ) {
        await sender.sendOne(values[records % values.length] as Uint8Array);
        const now = performance.now();
        latency.record(now - at);
        records += 1;
        at = now;
      }
      const elapsedMs = performance.now() - startedAt;
      acknowledged(records);
      if (!isWarm) latency = new LatencyRecorder();
      isWarm = true;
      return { records, elapsedMs };
    });
    return figuresOf(context, runs, latency.read());
  });
};

async function withSender(
  { peer, work }: WorkContext,
  measure: (sender: Sender, acknowledged: (records: number) => void) => Promise<ComparedWork>,
): Promise<ComparedWork> {
  const channel = await peer.open(`bench-${work}`);
  const sender = await channel.sender();
  let sum = 0;
  const figures = await measure(sender, (records) => {
    sum += records;
  });
  await sender.close();
  await mustCount(channel, sum);
  await channel.drop?.();
  return figures;
}
