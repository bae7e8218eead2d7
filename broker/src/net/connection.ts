// One client's socket: requests to dispatch, replies back, within limits in both directions. It reads no further while the
// client takes no replies, waits for too many, is beyond its quotas, or the broker is full. It decodes no request.

import type { Socket } from 'node:net';
import { encodeErrorResponse, MillraceError } from '@millrace/protocol';
import { type Access, UNLIMITED } from '../access/access.ts';
import { CancelToken } from '../dispatch/cancel-token.ts';
import { type Peer, WaitingRequests } from '../dispatch/peer.ts';
import type { ConnectionInfo } from '../handlers/handler.ts';
import type { BegunLogin, Transport } from '../login/logins.ts';
import type { ConnectionEnd } from '../metrics/request-metrics.ts';
import type { ConnectionShared } from './connection-shared.ts';
import { endOfSocket, endReasonOf } from './end-reason.ts';
import { Inbox } from './inbox.ts';
import { type Ages, latenessOf } from './lateness.ts';
import { Pause } from './pause.ts';
import { SocketWriter, type WriterOwner } from './socket-writer.ts';

/** What a connection may leave unread when all connections together leave too much. */
const UNSENT_BYTES_WHEN_CROWDED = 256 * 1024;
/** Requests in flight may bring replies beyond the bound; beyond this many times the bound the client is cut off. */
const FLOOD_FACTOR = 4;
/** How long the client has to take the last replies of a connection that ends, and to close its side. */
const LINGER_MS = 1_000;

export class Connection implements Peer, WriterOwner {
  readonly info: ConnectionInfo;
  readonly waiting = new WaitingRequests();
  readonly transport: Transport;
  greeted = false;
  login: BegunLogin | 'refused' | undefined;

  readonly #socket: Socket;
  readonly #shared: ConnectionShared;
  readonly #ended = new CancelToken();
  readonly #details: { clientName: string; clientVersion: string; access: Access };
  readonly #inbox: Inbox;
  readonly #writer: SocketWriter;
  readonly #openedAtMs = performance.now();
  #state: 'open' | 'ending' | 'closed' = 'open';
  /** When a request last came. */
  #requestAtMs = this.#openedAtMs;
  #lingerTimer: NodeJS.Timeout | undefined;
  readonly #throttled = new Pause(() => this.#work());

  constructor(
    socket: Socket,
    info: Omit<
      ConnectionInfo,
      'clientName' | 'clientVersion' | 'replyRoomBytes' | 'ended' | 'access' | 'throttle'
    >,
    transport: Transport,
    shared: ConnectionShared,
  ) {
    this.transport = transport;
    this.#socket = socket;
    this.#shared = shared;
    this.#inbox = new Inbox(shared.budget, this, this.#onRoom);
    this.#writer = new SocketWriter(socket, shared.flusher, shared.metrics, this);
    const unsentBytes = () => this.unsentBytes;
    const { unsentReplyBytes } = shared.limits;
    const details = {
      ...info,
      clientName: '',
      clientVersion: '',
      ended: this.#ended,
      access: UNLIMITED,
      throttle: (ms: number) => {
        if (this.#state !== 'open') return;
        shared.metrics.throttled += 1;
        this.#throttled.begin(ms);
        shared.pauses.begin(details, ms, performance.now());
      },
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
      const { connectionId } = info;
      shared.log.debug(
        { event: 'socket_error', err: error, connectionId },
        'A socket met an error.',
      );
      const reason = endOfSocket(error);
      if (reason !== undefined && this.#state === 'open') this.#leave(reason);
      // A socket under TLS does not always do so itself.
      socket.destroy();
    });
    socket.on('close', () => this.#closed());
  }

  get unsentBytes(): number {
    return this.#writer.unsentBytes;
  }

  /** Throws OVERLOADED where the user has as many connections as it may. */
  greet(clientName: string, clientVersion: string, access: Access): void {
    const refusal = access.user === '' ? undefined : this.#shared.admission.enterUser(access.user);
    if (refusal !== undefined) throw refusal;
    this.greeted = true;
    this.#details.access = access;
    this.#details.clientName = clientName;
    this.#details.clientVersion = clientVersion;
    this.#throttled.begin(this.#shared.pauses.leftMs(this.info, performance.now()));
  }

  send(parts: readonly Uint8Array[]): void {
    this.#inbox.count();
    if (this.#state !== 'open') return;
    for (const part of parts) this.#writer.write(part);
    if (this.unsentBytes > FLOOD_FACTOR * this.#shared.limits.unsentReplyBytes)
      this.#cutOff('flooded');
  }

  failWith(
    correlationId: number,
    error: MillraceError,
    reason: ConnectionEnd = endReasonOf(error),
  ): void {
    if (this.#state !== 'open') return;
    const who = this.#whoItIs();
    // Logins that fail are for the audit log, which bounds their number.
    const linesLeftOut =
      reason === 'login' ? undefined : this.#shared.lines.next(performance.now());
    if (linesLeftOut !== undefined) {
      this.#shared.log.warn(
        { event: 'connection_ended', err: error, ...who, linesLeftOut },
        'A connection is ended for what it sent.',
      );
    }
    this.#writer.write(encodeErrorResponse(correlationId, error));
    this.#end(reason);
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

  /** Called every now and then: ends a connection that is late with Hello or a frame, takes no replies, or says nothing. */
  check(nowMs: number): void {
    if (this.#state !== 'open') return;
    const { limits, budget } = this.#shared;
    const late = latenessOf(this.#agesAt(nowMs), limits, budget.isFull);
    if (late === undefined) {
      // What memory held back that others have given back since.
      if (!this.#inbox.isEmpty) this.#work();
    } else if (late.error !== undefined) this.failWith(0, late.error, late.reason);
    else if (late.reason === 'stalled') this.#cutOff('stalled');
    else this.#end(late.reason);
  }

  #agesAt(nowMs: number): Ages {
    const { progressAtMs } = this.#writer;
    const isIdle = this.waiting.size === 0 && this.unsentBytes === 0 && this.#inbox.isIdle;
    return {
      hello: this.greeted ? 0 : nowMs - this.#openedAtMs,
      unsent: this.unsentBytes > 0 ? nowMs - progressAtMs : 0,
      frame: this.#inbox.frameAgeMs(nowMs),
      idle: isIdle ? nowMs - Math.max(this.#requestAtMs, progressAtMs) : 0,
    };
  }

  #read(chunk: Buffer): void {
    this.#shared.metrics.receivedBytes += chunk.length;
    if (this.#state !== 'open') return;
    let hasRequests: boolean;
    try {
      hasRequests = this.#inbox.push(chunk, performance.now());
    } catch (error) {
      this.failWith(
        0,
        error instanceof MillraceError ? error : new MillraceError('MALFORMED_FRAME'),
      );
      return;
    }
    if (hasRequests || this.#shared.gate.isFull || !this.#inbox.mayRead) this.#work();
  }

  /** Dispatches what was read, as far as the limits allow, and reads on or stops reading. */
  #work(): void {
    const at = { wallMs: Date.now(), monotonicMs: performance.now() };
    const { turns } = this.#shared;
    for (let inARow = 0; this.#state === 'open' && !this.#isBlocked(); inARow += 1) {
      if (this.#inbox.isEmpty) break;
      if (!turns.take(inARow)) {
        turns.whenNext(this.#onRoom);
        break;
      }
      const request = this.#inbox.take();
      if (request === undefined) break;
      this.#requestAtMs = at.monotonicMs;
      this.#shared.dispatch.handle(this, request, at);
    }
    if (this.#state !== 'open') return;
    this.#inbox.count();
    this.#readOnOrStop(at.monotonicMs);
  }

  #readOnOrStop(nowMs: number): void {
    const { gate } = this.#shared;
    const mayRead = !gate.isFull && this.#inbox.mayRead;
    if (gate.isFull) gate.whenRoom(this.#onRoom);
    if (mayRead === !this.#socket.isPaused()) return;
    if (mayRead) {
      this.#inbox.resumed(nowMs);
      this.#socket.resume();
    } else {
      this.#inbox.stopped(nowMs);
      this.#socket.pause();
    }
  }

  readonly #onRoom = (): void => {
    if (this.#state === 'open') this.#work();
  };

  #isBlocked(): boolean {
    const { limits, gate, metrics } = this.#shared;
    if (gate.isFull || this.waiting.size >= limits.inFlightRequestsMax) return true;
    if (this.#throttled.isOn || this.#inbox.isCrowded) return true;
    const isCrowded = metrics.unsentBytes >= limits.unsentReplyBytesTotal;
    return this.unsentBytes >= (isCrowded ? UNSENT_BYTES_WHEN_CROWDED : limits.unsentReplyBytes);
  }

  /** Nothing is left to write. */
  onEmpty(): void {
    if (this.#state === 'ending') this.#socket.end();
  }

  /** Every reply ends up here: what was blocked by replies unsent or requests in flight may go on. */
  onWritten(): void {
    if (!this.#inbox.isEmpty && this.#state === 'open') this.#work();
  }

  #whoItIs() {
    const { connectionId, remoteAddress, clientName } = this.info;
    return { connectionId, remoteAddress, clientName };
  }

  #cutOff(reason: 'stalled' | 'flooded'): void {
    const who = this.#whoItIs();
    this.#shared.log.warn(
      { event: 'client_cut_off', reason, ...who, unsentBytes: this.unsentBytes },
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
    this.#writer.finish();
  }

  #leave(reason: ConnectionEnd): void {
    this.#state = 'ending';
    this.#inbox.clear();
    this.#throttled.cancel();
    this.#shared.gate.forget(this.#onRoom);
    this.#shared.turns.forget(this.#onRoom);
    this.#shared.metrics.endedBy(reason);
    const closed = new MillraceError('CANCELLED', 'The connection is closed.');
    this.waiting.cancelAll(closed);
    this.#ended.cancel(closed);
  }

  #closed(): void {
    if (this.#state === 'open') this.#leave('client');
    this.#state = 'closed';
    clearTimeout(this.#lingerTimer);
    this.#writer.close();
    const { user } = this.info.access;
    if (user !== '') this.#shared.admission.leaveUser(user);
    this.#shared.onClosed(this);
  }
}
