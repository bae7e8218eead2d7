// Load over HTTP by autocannon: so many connections, each with one request at a time, for a time. It knows no API; an
// answer that is no success fails the whole: there is no number then.

import autocannon from 'autocannon';
import type { LatencyRecorder } from '../measure/latency-recorder.ts';

export interface Shot {
  readonly headers: Readonly<Record<string, string>>;
  /** The body, or how to make it of what this connection has seen; nothing: begin again with the first shot. */
  readonly body: string | ((seen: Seen) => string | undefined);
  /** Messages that this answer acknowledged; it throws where the answer says that something failed. */
  count(text: string, seen: Seen): number;
}

/** What the shots of one connection leave for each other, between one and the next. */
export interface Seen {
  handles?: readonly string[];
}

export interface Volley {
  readonly url: string;
  readonly connections: number;
  readonly durationMs: number;
  /** One after the other on each connection, again and again. */
  readonly shots: readonly Shot[];
  /** Of each answer. */
  readonly latency?: LatencyRecorder;
}

export interface Fired {
  readonly messages: number;
  readonly answers: number;
  readonly elapsedMs: number;
}

const SECOND_MS = 1_000;

export async function fire(volley: Volley): Promise<Fired> {
  const { url, connections, durationMs, shots, latency } = volley;
  let messages = 0;
  let answers = 0;
  let failure: Error | undefined;
  const startedAt = performance.now();
  let endedAt = startedAt;
  await new Promise<void>((resolve, reject) => {
    const fail = (error: Error) => {
      failure ??= error;
      instance.stop();
    };
    const requests = shots.map((shot) =>
      requestOf(shot, (text, status, seen) => {
        answers += 1;
        endedAt = performance.now();
        try {
          if (status !== 200) throw new Error(`${url} answered ${status}: ${text.slice(0, 300)}`);
          messages += shot.count(text, seen);
        } catch (error) {
          fail(error as Error);
        }
      }),
    );
    const instance = autocannon(
      { url, connections, duration: durationMs / SECOND_MS, method: 'POST', requests },
      (error) => {
        if (error) reject(error as Error);
        else resolve();
      },
    );
    instance.on('response', (_client, _status, _bytes, ms) => latency?.record(ms));
    instance.on('reqError', (error: Error) => fail(error));
  });
  if (failure !== undefined) throw failure;
  if (answers === 0) throw new Error(`${url} answered nothing`);
  return { messages, answers, elapsedMs: endedAt - startedAt };
}

type OnAnswer = (text: string, status: number, seen: Seen) => void;

function requestOf({ headers, body }: Shot, onAnswer: OnAnswer): autocannon.Request {
  const onResponse = (status: number, text: string, context: object) =>
    onAnswer(text, status, context);
  if (typeof body === 'string') return { headers: { ...headers }, body, onResponse };
  return {
    headers: { ...headers },
    onResponse,
    setupRequest: (request, context) => {
      const made = body(context);
      // Its type does not say that nothing means: begin again.
      return (made === undefined ? undefined : { ...request, body: made }) as autocannon.Request;
    },
  };
}
