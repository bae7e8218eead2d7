// One client's socket: bytes to payloads to dispatch, replies back, within limits in both directions. It reads no
// further while the client takes no replies, waits for too many, or the broker is full. It decodes no request.

import type { Socket } from 'node:net';
import type { Log } from '@millrace/options';
import { encodeErrorResponse, FrameDecoder, LIMITS, MillraceError } from '@millrace/protocol';
import { UNLIMITED } from '../access/access.ts';
import { CancelToken } from '../dispatch/cancel-token.ts';
import type { Dispatch } from '../dispatch/dispatch.ts';
import { type Peer, WaitingRequests } from '../dispatch/peer.ts';
import type { ConnectionInfo } from '../handlers/handler.ts';
import type { ConnectionEnd, NetMetrics } from '../metrics/request-metrics.ts';
import { Outbox } from './outbox.ts';
import type { PressureGate } from './pressure.ts';
import type { Flushable, TurnFlusher } from './turn-flusher.ts';

export interface ConnectionLimits {
  readonly inFlightRequestsMax: number;
  readonly unsentReplyBytes: number;
  readonly unsentReplyBytesTotal: number;
  readonly helloTimeout: number;
  readonly stallTimeout: number;
}

/** What all connections of a listener share. */
export interface ConnectionShared {
  readonly limits: ConnectionLimits;
  readonly dispatch: Dispatch;
  readonly gate: PressureGate;
  readonly flusher: TurnFlusher;
  readonly metrics: NetMetrics;
  readonly log: Log;
  readonly onClosed: (connection: Connection) => void;
}

/** Unread requests that are kept while nothing may be dispatched; then the socket is read no further. */
const BACKLOG_BYTES_MAX = 64 * 1024;
/** What a connection may leave unread when all connections together leave too much. */
const UNSENT_BYTES_WHEN_CROWDED = 256 * 1024;
/** Requests in flight may bring replies beyond the bound; beyond this many times the bound the client is cut off. */
const FLOOD_FACTOR = 4;
/** How long the client has to take the last replies of a connection that ends, and to close its side. */
const LINGER_MS = 1_000;

export class Connection implements Peer, Flushable {
  readonly info: ConnectionInfo;
  readonly waiting = new WaitingRequests();
  greeted = false;

  readonly #socket: Socket;
  readonly #shared: ConnectionShared;
  readonly #ended = new CancelToken();
  readonly #details: { clientName: string; clientVersion: string };
  readonly #decoder = new FrameDecoder({ frameBytesMax: LIMITS.frameBytesMax });
  readonly #outbox = new Outbox();
  readonly #openedAtMs = performance.now();
  #state: 'open' | 'ending' | 'closed' = 'open';
  /** Requests read and not dispatched: those from `#backlogAt` on. */
  #backlog: Uint8Array[] = [];
  #backlogAt = 0;
  #backlogBytes = 0;
  #isWriting = false;
  #writingBytes = 0;
  #isFlushScheduled = false;
  /** When the client last took something, or had everything. */
  #progressAtMs = 0;
  #lingerTimer: NodeJS.Timeout | undefined;

  constructor(
    socket: Socket,
    info: Omit<
      ConnectionInfo,
      'clientName' | 'clientVersion' | 'replyRoomBytes' | 'ended' | 'access'
    >,
    shared: ConnectionShared,
  ) {
    this.#socket = socket;
    this.#shared = shared;
    const unsentBytes = () => this.unsentBytes;
    const { unsentReplyBytes } = shared.limits;
    const details = {
      ...info,
      clientName: '',
      clientVersion: '',
      ended: this.#ended,
      access: UNLIMITED,
      get replyRoomBytes() {
        return Math.max(0, unsentReplyBytes - unsentBytes());
      },
    };
    this.info = details;
    this.#details = details;
    socket.setNoDelay(true);
    socket.on('data', (chunk: Buffer) => this.#read(chunk));
    socket.on('end', () => this.#end('client'));
    socket.on('error', (error) => {
      shared.log.debug({ err: error, connectionId: info.connectionId }, 'A socket met an error.');
    });
    socket.on('close', () => this.#closed());
  }

  /** Replies that the client has not taken, as far as we can see: the system's buffers hide some. */
  get unsentBytes(): number {
    return this.#outbox.bytes + this.#writingBytes;
  }

  greet(clientName: string, clientVersion: string): void {
    this.greeted = true;
    this.#details.clientName = clientName;
    this.#details.clientVersion = clientVersion;
  }

  send(parts: readonly Uint8Array[]): void {
    if (this.#state !== 'open') return;
    for (const part of parts) this.#enqueue(part);
    if (this.unsentBytes > FLOOD_FACTOR * this.#shared.limits.unsentReplyBytes)
      this.#cutOff('flooded');
  }

  failWith(correlationId: number, error: MillraceError): void {
    if (this.#state !== 'open') return;
    const { connectionId, remoteAddress, clientName } = this.info;
    this.#shared.log.warn(
      { err: error, connectionId, remoteAddress, clientName },
      'A connection is ended for what it sent.',
    );
    this.#enqueue(encodeErrorResponse(correlationId, error));
    this.#end(error.code === 'HELLO_REQUIRED' ? 'no_hello' : 'malformed');
  }

  flush(): void {
    this.#isFlushScheduled = false;
    this.#writeNext();
  }

  /** Ends what waits; its handlers answer with the reason. */
  cancelWaiting(reason: MillraceError): void {
    this.waiting.cancelAll(reason);
  }

  /** Sends what is ready, then closes. */
  end(): void {
    this.#end('shutdown');
  }

  destroy(): void {
    this.#socket.destroy();
  }

  /** Called every now and then: ends a connection that is late with Hello or takes no replies. */
  check(nowMs: number): void {
    if (this.#state !== 'open') return;
    const { helloTimeout, stallTimeout } = this.#shared.limits;
    if (!this.greeted && nowMs - this.#openedAtMs > helloTimeout) {
      const message = `No Hello came within ${helloTimeout} ms.`;
      this.failWith(
        0,
        new MillraceError('HELLO_REQUIRED', message, { limit: `${helloTimeout} ms` }),
      );
    } else if (this.unsentBytes > 0 && nowMs - this.#progressAtMs > stallTimeout) {
      this.#cutOff('stalled');
    }
  }

  #read(chunk: Buffer): void {
    this.#shared.metrics.receivedBytes += chunk.length;
    if (this.#state !== 'open') return;
    let payloads: Uint8Array[];
    try {
      payloads = this.#decoder.push(chunk);
    } catch (error) {
      this.failWith(
        0,
        error instanceof MillraceError ? error : new MillraceError('MALFORMED_FRAME'),
      );
      return;
    }
    for (const payload of payloads) {
      this.#backlog.push(payload);
      this.#backlogBytes += payload.length;
    }
    if (payloads.length > 0 || this.#shared.gate.isFull) this.#work();
  }

  /** Dispatches what was read, as far as the limits allow, and reads on or stops reading. */
  #work(): void {
    const at = { wallMs: Date.now(), monotonicMs: performance.now() };
    while (this.#backlogAt < this.#backlog.length && this.#state === 'open' && !this.#isBlocked()) {
      const payload = this.#backlog[this.#backlogAt] as Uint8Array;
      this.#backlogAt += 1;
      this.#backlogBytes -= payload.length;
      this.#shared.dispatch.handle(this, payload, at);
    }
    if (this.#state !== 'open') return;
    if (this.#backlogAt === this.#backlog.length) this.#forgetBacklog();
    this.#readOnOrStop();
  }

  #forgetBacklog(): void {
    this.#backlog = [];
    this.#backlogAt = 0;
    this.#backlogBytes = 0;
  }

  #readOnOrStop(): void {
    const { gate } = this.#shared;
    // Below the bound it reads on although it dispatches nothing: otherwise a close would go unnoticed.
    const mayRead = !gate.isFull && this.#backlogBytes < BACKLOG_BYTES_MAX;
    if (gate.isFull) gate.whenRoom(this.#onRoom);
    if (mayRead && this.#socket.isPaused()) this.#socket.resume();
    else if (!mayRead) this.#socket.pause();
  }

  readonly #onRoom = (): void => {
    if (this.#state === 'open') this.#work();
  };

  #isBlocked(): boolean {
    const { limits, gate, metrics } = this.#shared;
    if (gate.isFull || this.waiting.size >= limits.inFlightRequestsMax) return true;
    const isCrowded = metrics.unsentBytes >= limits.unsentReplyBytesTotal;
    return this.unsentBytes >= (isCrowded ? UNSENT_BYTES_WHEN_CROWDED : limits.unsentReplyBytes);
  }

  #enqueue(part: Uint8Array): void {
    if (this.unsentBytes === 0) this.#progressAtMs = performance.now();
    this.#outbox.push(part);
    this.#shared.metrics.unsentBytes += part.length;
    if (this.#isWriting || this.#isFlushScheduled) return;
    this.#isFlushScheduled = true;
    this.#shared.flusher.schedule(this);
  }

  #writeNext(): void {
    if (this.#isWriting || this.#state === 'closed') return;
    const before = this.#outbox.bytes;
    const pieces = this.#outbox.take();
    const last = pieces.pop();
    if (last === undefined) {
      if (this.#state === 'ending') this.#socket.end();
      return;
    }
    this.#isWriting = true;
    this.#writingBytes = before - this.#outbox.bytes;
    // Corked: all of them leave in one call of the system.
    this.#socket.cork();
    for (const piece of pieces) this.#socket.write(piece);
    this.#socket.write(last, this.#onWritten);
    this.#socket.uncork();
  }

  readonly #onWritten = (error?: Error | null): void => {
    const bytes = this.#writingBytes;
    this.#isWriting = false;
    this.#writingBytes = 0;
    if (this.#state === 'closed') return;
    this.#shared.metrics.unsentBytes -= bytes;
    if (error !== undefined && error !== null) return;
    this.#shared.metrics.sentBytes += bytes;
    this.#progressAtMs = performance.now();
    this.#writeNext();
    // Every reply ends up here: what was blocked by replies unsent or requests in flight may go on.
    if (this.#backlog.length > 0 && this.#state === 'open') this.#work();
  };

  #cutOff(reason: 'stalled' | 'flooded'): void {
    const { connectionId, remoteAddress, clientName } = this.info;
    this.#shared.log.warn(
      { reason, connectionId, remoteAddress, clientName, unsentBytes: this.unsentBytes },
      'A client takes no replies and is cut off.',
    );
    this.#leave(reason);
    this.#socket.destroy();
  }

  /** No further requests; the replies that are ready still go out, for a while. */
  #end(reason: ConnectionEnd): void {
    if (this.#state !== 'open') return;
    this.#leave(reason);
    this.#lingerTimer = setTimeout(() => this.#socket.destroy(), LINGER_MS);
    // What still comes is read and dropped: unread bytes would turn our close into a reset that eats the last reply.
    this.#socket.resume();
    if (!this.#isFlushScheduled) this.#writeNext();
  }

  #leave(reason: ConnectionEnd): void {
    this.#state = 'ending';
    this.#forgetBacklog();
    this.#shared.gate.forget(this.#onRoom);
    this.#shared.metrics.endedBy(reason);
    const closed = new MillraceError('CANCELLED', 'The connection is closed.');
    this.waiting.cancelAll(closed);
    this.#ended.cancel(closed);
  }

  #closed(): void {
    if (this.#state === 'open') this.#leave('client');
    this.#state = 'closed';
    clearTimeout(this.#lingerTimer);
    this.#shared.metrics.unsentBytes -= this.unsentBytes;
    this.#shared.onClosed(this);
  }
}
