// One WebSocket of a listener: sends at its pace, asks whether it is still there, and ends in order. What is sent is its
// caller's business.

import { MillraceError } from '@millrace/protocol';
import { HttpProblem } from '../problem/problems.ts';
import { type Follower, follow } from './abort.ts';
import { failureEvent, type LiveEvent, socketText } from './live-event.ts';
import type { LiveLimits } from './live-limits.ts';
import { losePatience } from './patience.ts';

/** What is used of a WebSocket of the package `ws`. */
export interface LiveSocket {
  send(text: string, sent?: (error?: Error) => void): void;
  ping(): void;
  close(code: number, reason: string): void;
  terminate(): void;
  on(event: 'message', listener: (bytes: Buffer, isBinary: boolean) => void): void;
  on(event: 'pong' | 'close', listener: () => void): void;
}

/** Codes of RFC 6455, and the one for a later try. */
export const CLOSE = {
  goingAway: 1001,
  unsupported: 1003,
  policy: 1008,
  internal: 1011,
  later: 1013,
} as const;

/** Who made room after so long has read: a slow reader may answer pings late, as they wait behind what it reads. */
const ROOM_MS = 100;
const GOODBYE = 'The gateway is shutting down.';

export interface SessionSources {
  readonly socket: LiveSocket;
  readonly requestId: string;
  readonly closing: AbortSignal;
  readonly limits: LiveLimits;
  /** A text that the client sent; throws where it is none that is understood. */
  readonly onText: (text: string) => void;
  readonly onEnd: () => void;
}

export class LiveSession {
  private readonly sources: SessionSources;
  private readonly life: Follower;
  private readonly pinging: NodeJS.Timeout;
  private goodbye: NodeJS.Timeout | undefined;
  /** Pings since it last gave a sign of life: a count, so that time in which we stood still is not held against it. */
  private unanswered = 0;
  private isEnding = false;

  constructor(sources: SessionSources) {
    const { socket, closing, limits } = sources;
    this.sources = sources;
    this.life = follow(closing);
    this.pinging = setInterval(() => this.ping(), limits.idleMs);
    socket.on('pong', () => this.hear());
    socket.on('message', (bytes, isBinary) => this.heard(bytes, isBinary));
    socket.on('close', () => this.closed());
    if (closing.aborted) this.end(CLOSE.goingAway, GOODBYE);
    else this.life.signal.addEventListener('abort', () => this.end(CLOSE.goingAway, GOODBYE));
  }

  /** Aborted when it is over, whoever ended it. */
  get signal(): AbortSignal {
    return this.life.signal;
  }

  /** Resolves once all of it has left for the network; at once where the socket is gone. A client that takes nothing is cut off. */
  send(events: readonly LiveEvent[]): Promise<void> {
    const { socket, limits } = this.sources;
    if (this.isEnding || events.length === 0) return Promise.resolve();
    return new Promise((resolve) => {
      const stay = losePatience(limits.stallMs, () => socket.terminate());
      const began = performance.now();
      const sent = () => {
        stay();
        if (performance.now() - began > ROOM_MS) this.hear();
        resolve();
      };
      const last = events.length - 1;
      for (const [at, event] of events.entries()) {
        socket.send(socketText(event), at === last ? sent : undefined);
      }
    });
  }

  /** Tells what went wrong, then ends. */
  fail(error: unknown): void {
    const isPassing = error instanceof MillraceError && error.action === 'retry';
    const isOurs = codeOf(error) === 'INTERNAL';
    this.refuse(error, isPassing ? CLOSE.later : isOurs ? CLOSE.internal : CLOSE.policy);
  }

  /** The close frame leaves behind what was sent before; who does not answer it is cut off. */
  private end(code: number, reason: string): void {
    if (this.isEnding) return;
    this.isEnding = true;
    const { socket, limits } = this.sources;
    socket.close(code, reason);
    this.goodbye = setTimeout(() => socket.terminate(), limits.goodbyeMs);
    this.life.abort();
  }

  private refuse(error: unknown, code: number): void {
    if (this.isEnding) return;
    const { socket, requestId } = this.sources;
    socket.send(socketText(failureEvent(error, requestId)));
    this.end(code, codeOf(error));
  }

  private heard(bytes: Buffer, isBinary: boolean): void {
    if (this.isEnding) return;
    this.hear();
    if (isBinary) {
      const text = 'Messages to the gateway are text.';
      this.refuse(new MillraceError('INVALID_REQUEST', text), CLOSE.unsupported);
      return;
    }
    try {
      this.sources.onText(bytes.toString('utf8'));
    } catch (error) {
      this.refuse(error, CLOSE.policy);
    }
  }

  private ping(): void {
    const { socket, limits } = this.sources;
    if (this.unanswered * limits.idleMs >= limits.stallMs) socket.terminate();
    else if (!this.isEnding) socket.ping();
    this.unanswered += 1;
  }

  private hear(): void {
    this.unanswered = 0;
  }

  private closed(): void {
    this.isEnding = true;
    clearInterval(this.pinging);
    clearTimeout(this.goodbye);
    this.life.abort();
    this.life.release();
    this.sources.onEnd();
  }
}

function codeOf(error: unknown): string {
  return error instanceof MillraceError || error instanceof HttpProblem ? error.code : 'INTERNAL';
}
