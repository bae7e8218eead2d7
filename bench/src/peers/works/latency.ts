// latency: end to end at a fixed rate in an open loop, from when a message was due to be sent until it came: who is late
// with sending has that in its latency, so nothing is omitted by coordination. Sender and reader share one clock.

import { setTimeout as sleep } from 'node:timers/promises';
import { formatCount } from '../../format.ts';
import { LatencyRecorder } from '../../measure/latency-recorder.ts';
import type { ComparedWork } from '../../results/results.ts';
import { pace } from '../../workloads/pacer.ts';
import type { Channel, Reading } from '../peer.ts';
import { Arrivals } from './arrivals.ts';
import { numbered, numberOf, Seen } from './numbered.ts';
import { figuresOf, NotOffered, NotProven, RECORD_BYTES, type WorkContext } from './work.ts';

/** Where it cannot keep up with the rate: the largest of these fractions that it can. */
const FRACTIONS = [1, 0.5, 0.25, 0.1, 0.05, 0.02, 0.01];
/** Of what an attempt got through, as much is asked of it next. */
const SAFETY = 0.8;
/** Messages on their way at most, in seconds of the rate: more is a line that grows, whatever comes of it. */
const LINE_SECONDS_MAX = 1;
/** Of the rate, until the last has come: a line that grew until the end takes its time. */
const KEPT_MIN = 0.9;
const SETTLE_MS_MAX = 20_000;
const SETTLE_POLL_MS = 10;
/** The handlers of a peer that has no log to read. */
const HANDLERS = 256;

type Attempt =
  | { readonly isKept: true; readonly figures: ComparedWork }
  /** What it got through, a second. */
  | { readonly isKept: false; readonly throughput: number };

export async function latency(context: WorkContext): Promise<ComparedWork> {
  const { rate } = context.settings;
  let bound = Number.POSITIVE_INFINITY;
  for (const fraction of FRACTIONS) {
    if (fraction * rate > bound) continue;
    const attempt = await new Pacing(context, fraction * rate).run();
    if (attempt.isKept) return attempt.figures;
    bound = attempt.throughput * SAFETY;
  }
  const least = formatCount(rate * (FRACTIONS.at(-1) ?? 1));
  throw new NotProven(`it does not keep up with ${least} messages a second`);
}

class Pacing {
  readonly #context: WorkContext;
  readonly #rate: number;
  readonly #recorder = new LatencyRecorder();
  readonly #arrivals = new Arrivals();
  #startedAt = 0;
  #sent = 0;
  #isSent = false;
  #unsettled = 0;

  constructor(context: WorkContext, rate: number) {
    this.#context = context;
    this.#rate = rate;
  }

  async run(): Promise<Attempt> {
    const { peer, work, settings, meter, step, settle } = this.#context;
    const channel = await peer.open(`bench-${work}-${this.#rate}`);
    const sender = await channel.sender();
    const lengthMs = settings.warmupMs + settings.runs * settings.durationMs;
    const seen = new Seen(Math.max(1, Math.round((this.#rate * lengthMs) / 1_000)), RECORD_BYTES);
    const reading = await this.#read(channel, seen);
    await settle(lengthMs);
    step(`${formatCount(this.#rate)}/s`, lengthMs);
    const end = meter.start();
    const overrun = new Overrun();
    const send = (dueAt: number) => {
      if (this.#sent === 0) this.#startedAt = dueAt;
      const value = numbered(this.#sent, RECORD_BYTES);
      this.#sent += 1;
      if (this.#sent - seen.count > this.#rate * LINE_SECONDS_MAX) throw overrun;
      this.#unsettled += 1;
      sender
        .sendOne(value)
        .catch(this.#arrivals.fail)
        .finally(() => {
          this.#unsettled -= 1;
        });
    };
    let elapsedMs = 0;
    try {
      await pace(this.#rate, lengthMs, send, this.#arrivals.failed);
      this.#isSent = true;
      if (seen.count < this.#sent) {
        await this.#arrivals.untilEnough(() => `${seen.count} of ${this.#sent} messages`);
      }
      elapsedMs = performance.now() - this.#startedAt;
    } catch (error) {
      if (error !== overrun) throw error;
      const seconds = (performance.now() - this.#startedAt) / 1_000;
      return { isKept: false, throughput: seen.count / seconds };
    } finally {
      await this.#untilSettled();
      await reading.close();
      await sender.close().catch(this.#arrivals.fail);
    }
    const reached = (seen.count * 1_000) / elapsedMs;
    if (reached < this.#rate * KEPT_MIN) return { isKept: false, throughput: reached };
    const runs = [{ records: seen.count, elapsedMs, ...end() }];
    const figures = figuresOf(this.#context, runs, this.#recorder.read(), this.#note(channel));
    await channel.drop?.();
    return { isKept: true, figures };
  }

  /** What is still on its way to the server would be a load on the next attempt. */
  async #untilSettled(): Promise<void> {
    const endsAt = performance.now() + SETTLE_MS_MAX;
    while (this.#unsettled > 0 && performance.now() < endsAt) await sleep(SETTLE_POLL_MS);
  }

  #read(channel: Channel, seen: Seen): Promise<Reading> {
    const onValues = this.#arrivals.on((values) => {
      const now = performance.now();
      seen.take(values);
      for (const value of values) this.#record(now, numberOf(value));
      return this.#isSent && seen.count === this.#sent ? 'enough' : 'more';
    });
    const onError = this.#arrivals.fail;
    const read = channel.read?.({ from: 'now', onValues, onError });
    const work = () =>
      channel.work?.({ batch: 1, concurrency: HANDLERS, onDone: onValues, onError });
    const reading = read ?? work();
    if (reading === undefined) throw new NotOffered('it has neither a log nor a queue');
    return reading;
  }

  #record(now: number, number: number): void {
    const dueMs = (number * 1_000) / this.#rate;
    if (dueMs >= this.#context.settings.warmupMs) {
      this.#recorder.record(now - this.#startedAt - dueMs);
    }
  }

  #note(channel: Channel): string | undefined {
    const { rate } = this.#context.settings;
    const notes = [
      ...(this.#rate === rate ? [] : [`kept up with ${formatCount(this.#rate)}/s only`]),
      ...(channel.read === undefined ? ['through the queue, to the acknowledgement'] : []),
    ];
    return notes.length === 0 ? undefined : notes.join('; ');
  }
}

/** More is on its way than a peer that keeps up has. */
class Overrun extends Error {
  override readonly name = 'Overrun';
}
