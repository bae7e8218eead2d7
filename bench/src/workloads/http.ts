// http-send, http-send-batch, http-receive: the SQS API of `millrace`, broker and gateway in one process, under load of
// autocannon; beside each in the end the rate of a bare route of fastify.

import { formatCount, formatFigure } from '../format.ts';
import { measureBareRoute } from '../http/bare-route.ts';
import { fire } from '../http/cannon.ts';
import { BATCH, createQueue, queueCounts, SHOTS, type SqsLoad } from '../http/sqs-loads.ts';
import { recordsWithin } from '../options/table.ts';
import { BatchSender, TOPIC } from './batch-sender.ts';
import { fillBy } from './fill-topic.ts';
import {
  type Arena,
  CountsDiffer,
  type Done,
  type Run,
  type Session,
  type Verdict,
  type Workload,
} from './workload.ts';

const SECOND_MS = 1_000;
const FILL_BATCH = 1_000;
/** Of the bare route: enough to be compared with. */
const BARE_RUNS_MAX = 3;

const TAKES = ['duration', 'warmup', 'runs', 'recordBytes', 'sync', 'connections'] as const;

interface Row {
  readonly name: string;
  readonly about: string;
  readonly latencyOf: string;
  readonly load: SqsLoad;
  /** Messages a second in parts of the bare route's requests a second, at least. */
  readonly partMin: number;
}

function workloadOf({ load, partMin, ...row }: Row): Workload {
  const isReading = load === 'receive';
  return {
    ...row,
    takes: isReading ? [...TAKES, 'backlog'] : TAKES,
    defaults: { connections: 64, partitions: 1, ...(isReading && { backlog: 2_000_000 }) },
    servesHttp: true,
    async open(arena: Arena): Promise<Session> {
      const url = await createQueue(arena.broker.httpUrl, TOPIC);
      const filled = isReading ? await fill(arena) : 0;
      return new HttpSession(arena, load, { url, filled, partMin });
    },
  };
}

export const httpSend = workloadOf({
  name: 'http-send',
  about: 'SendMessage over HTTP, one message a request.',
  latencyOf: 'of a request, from its start to the end of its answer',
  load: 'send',
  partMin: 1 / 3,
});

export const httpSendBatch = workloadOf({
  name: 'http-send-batch',
  about: 'SendMessageBatch over HTTP, ten messages a request.',
  latencyOf: 'of a request, from its start to the end of its answer',
  load: 'send-batch',
  partMin: 1.4,
});

export const httpReceive = workloadOf({
  name: 'http-receive',
  about: 'ReceiveMessage of ten and DeleteMessageBatch of them over HTTP, on a full queue.',
  latencyOf: 'of a request, a receive or a deletion, from its start to the end of its answer',
  load: 'receive',
  partMin: 0.7,
});

/** Natively: over HTTP it would take longer than what is measured. */
async function fill(arena: Arena): Promise<number> {
  const { client, settings } = arena;
  const sender = new BatchSender(client, {
    ...settings,
    partitions: 1,
    batch: Math.min(recordsWithin(FILL_BATCH, settings.recordBytes), settings.backlog),
    inFlight: 8,
    distinctKeys: undefined,
    // Bytes that are no text would be told in base64.
    payload: 'text',
  });
  await fillBy(sender, arena, settings.backlog);
  await sender.close();
  return sender.acknowledged;
}

interface Place {
  readonly url: string;
  /** Messages in the queue before the first run. */
  readonly filled: number;
  readonly partMin: number;
}

class HttpSession implements Session {
  readonly #arena: Arena;
  readonly #load: SqsLoad;
  readonly #place: Place;
  #runs = 0;
  /** Sent or deleted. */
  #acknowledged = 0;
  readonly #rates: number[] = [];
  #bareRate = Number.NaN;

  constructor(arena: Arena, load: SqsLoad, place: Place) {
    this.#arena = arena;
    this.#load = load;
    this.#place = place;
  }

  async measure({ durationMs, latency }: Run): Promise<Done> {
    const { settings, broker } = this.#arena;
    const { recordBytes, connections } = settings;
    const shots = SHOTS[this.#load]({ url: this.#place.url, recordBytes });
    const url = `${broker.httpUrl}/`;
    const done = await fire({ url, connections, durationMs, shots, latency });
    this.#runs += 1;
    this.#acknowledged += done.messages;
    this.#rates.push((done.messages * SECOND_MS) / done.elapsedMs);
    return { records: done.messages, elapsedMs: done.elapsedMs };
  }

  /** What was under way when a run ended may have been done: that much more, and no more. */
  async verify(): Promise<string> {
    const { broker, settings } = this.#arena;
    const { url, filled } = this.#place;
    const [visible, inFlight] = await queueCounts(broker.httpUrl, url);
    const isReading = this.#load === 'receive';
    if (isReading && visible < BATCH) throw new CountsDiffer('the backlog was too small');
    const found = isReading ? filled - visible - inFlight : visible + inFlight;
    const most = this.#acknowledged + this.#runs * settings.connections * BATCH;
    if (found < this.#acknowledged || found > most) {
      const wanted = `${this.#acknowledged} to ${most}`;
      throw new CountsDiffer(`messages ${isReading ? 'deleted' : 'sent'}: ${found}, not ${wanted}`);
    }
    return `the queue agrees: ${formatCount(found)} messages ${isReading ? 'deleted' : 'sent'}`;
  }

  async finish(): Promise<void> {
    const { recordBytes, connections, duration, runs } = this.#arena.settings;
    this.#bareRate = await measureBareRoute({
      connections,
      recordBytes,
      durationMs: duration * SECOND_MS,
      runs: Math.min(runs, BARE_RUNS_MAX),
    });
  }

  verdict(): Verdict {
    const { partMin } = this.#place;
    const part = Math.max(...this.#rates) / this.#bareRate;
    const told = `${formatFigure(part)} messages a request of the bare route`;
    return {
      isPassed: part >= partMin,
      text: `${told}, ${formatFigure(partMin)} wanted`,
      details: { bareRequestsPerSecond: this.#bareRate, part, partMin },
      table: {
        head: ['bare route, requests/s', 'best run, messages/s', 'part'],
        rows: [
          [
            formatFigure(this.#bareRate),
            formatFigure(Math.max(...this.#rates)),
            formatFigure(part),
          ],
        ],
      },
    };
  }

  async close(): Promise<void> {}
}
