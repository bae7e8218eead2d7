// The protocol's TCP server: lets connections in as limits and pace allow, refuses the rest with a typed error, looks after
// all of them now and then, and lets them go at shutdown. It knows no request.

import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { type ClientAuth, type Log, listenOn, type TlsContext } from '@millrace/options';
import { encodeErrorResponse, type MillraceError } from '@millrace/protocol';
import type { Dispatch } from '../dispatch/dispatch.ts';
import type { NetMetrics } from '../metrics/request-metrics.ts';
import { Admission, type AdmissionLimits } from './admission.ts';
import { Connection } from './connection.ts';
import type { ConnectionLimits, ConnectionShared } from './connection-shared.ts';
import { LinePace } from './line-pace.ts';
import { type Pressure, PressureGate } from './pressure.ts';
import { RequestBudget } from './request-budget.ts';
import { SecureDoor, transportOf } from './secure-door.ts';
import { TurnFlusher } from './turn-flusher.ts';
import { TurnShare } from './turn-share.ts';
import { UserPauses } from './user-pauses.ts';

export interface ListenerOptions extends ConnectionLimits, AdmissionLimits {
  readonly host: string;
  readonly port: number;
  readonly advertisedHost: string;
  readonly advertisedPort: number;
  readonly requestBytesTotal: number;
  readonly tlsClientAuth: ClientAuth;
}

export interface ListenerSources {
  readonly dispatch: Dispatch;
  readonly pressure: Pressure;
  readonly metrics: NetMetrics;
  readonly log: Log;
  /** Distinguishes the connections of this process from those of processes before it. */
  readonly processId: string;
  /** Undefined: no TLS. */
  readonly tls: TlsContext | undefined;
}

const KEEP_ALIVE_MS = 60_000;
const CHECK_INTERVAL_MS_MAX = 1_000;
/** Refused connections that may be open at a time, each waiting a moment for its client to read why. */
const REFUSED_AT_A_TIME_MAX = 256;
const REFUSED_LINGER_MS = 1_000;
/** Of the pace of new connections: shaking hands keeps the processor busy for so many times as long. */
const HANDSHAKE_COST = 4;

export class Listener {
  readonly #options: ListenerOptions;
  readonly #sources: ListenerSources;
  readonly #shared: ConnectionShared;
  readonly #server: Server;
  readonly #door: SecureDoor | undefined;
  readonly #connections = new Set<Connection>();
  readonly #admission: Admission;
  /** Accepted, and not begun yet: too many came at once. */
  readonly #inLine = new Map<Socket, NodeJS.Timeout>();
  #lastConnectionId = 0;
  #refusedNow = 0;
  #checkTimer: NodeJS.Timeout | undefined;
  #onEmpty: (() => void) | undefined;

  constructor(options: ListenerOptions, sources: ListenerSources) {
    this.#options = options;
    this.#sources = sources;
    this.#admission = new Admission(options, performance.now());
    this.#shared = {
      limits: options,
      dispatch: sources.dispatch,
      admission: this.#admission,
      gate: new PressureGate(sources.pressure),
      pauses: new UserPauses(),
      budget: new RequestBudget(options.requestBytesTotal, sources.metrics),
      flusher: new TurnFlusher(),
      turns: new TurnShare(),
      metrics: sources.metrics,
      log: sources.log,
      lines: new LinePace(),
      onClosed: (connection) => this.#forget(connection),
    };
    this.#server = createServer({
      allowHalfOpen: true,
      noDelay: true,
      keepAlive: true,
      keepAliveInitialDelay: KEEP_ALIVE_MS,
    });
    const { tls, log } = sources;
    const { tlsClientAuth: clientAuth, helloTimeout: handshakeTimeout } = options;
    const onSecure = (socket: Socket) => this.#open(socket);
    const onFailed = () => sources.metrics.endedBy('handshake');
    this.#door =
      tls &&
      new SecureDoor({ context: tls, clientAuth, handshakeTimeout, log, onSecure, onFailed });
    this.#server.on('connection', (socket) => this.#accept(socket));
  }

  /** For connections from now on. Where others are trusted now, those with a certificate end. */
  useTls(context: TlsContext, isTrustChanged: boolean): void {
    this.#door?.use(context, isTrustChanged);
  }

  /** Throws StartError `addressTaken`. */
  async listen(): Promise<AddressInfo> {
    const { host, port, helloTimeout, stallTimeout, frameTimeout } = this.#options;
    const at = { host, port, hostFlag: '--host', portFlag: '--port', rival: 'broker' };
    const address = await listenOn(this.#server, at, (error) => {
      this.#sources.log.error(
        { event: 'accept_failed', err: error },
        'Accepting a connection failed.',
      );
    });
    const interval = Math.min(
      CHECK_INTERVAL_MS_MAX,
      helloTimeout / 4,
      stallTimeout / 4,
      frameTimeout / 4,
    );
    this.#checkTimer = setInterval(() => this.#checkAll(), interval).unref();
    return address;
  }

  /** New connections are refused by the system from now on; those that are open stay. */
  stopAccepting(): void {
    this.#server.close();
    for (const [socket, timer] of this.#inLine) {
      clearTimeout(timer);
      socket.destroy();
    }
    this.#inLine.clear();
  }

  cancelWaiting(reason: MillraceError): void {
    for (const connection of this.#connections) connection.cancelWaiting(reason);
  }

  /** Sends what is ready on every connection, then closes it. Resolves when all are closed. */
  async endConnections(): Promise<void> {
    clearInterval(this.#checkTimer);
    this.#door?.destroy();
    if (this.#connections.size === 0) return;
    const empty = new Promise<void>((resolve) => {
      this.#onEmpty = resolve;
    });
    for (const connection of this.#connections) connection.end();
    await empty;
  }

  destroyConnections(): void {
    this.#door?.destroy();
    for (const connection of this.#connections) connection.destroy();
  }

  #accept(socket: Socket): void {
    const address = socket.remoteAddress ?? '';
    const refusal = this.#admission.enter(address);
    if (refusal !== undefined) {
      this.#refuse(socket, refusal);
      return;
    }
    let isIn = true;
    const leave = () => {
      if (isIn) this.#admission.leave(address);
      isIn = false;
    };
    socket.once('close', leave);
    const waitMs = this.#admission.waitMs(
      this.#door === undefined ? 1 : HANDSHAKE_COST,
      performance.now(),
    );
    if (waitMs === 0) this.#begin(socket, leave);
    else this.#putInLine(socket, waitMs, leave);
  }

  /** Nothing is read of it until its turn comes. */
  #putInLine(socket: Socket, waitMs: number, leave: () => void): void {
    socket.on('error', () => undefined);
    const timer = setTimeout(() => {
      this.#inLine.delete(socket);
      if (!socket.destroyed) this.#begin(socket, leave);
    }, waitMs);
    this.#inLine.set(socket, timer);
  }

  #begin(socket: Socket, leave: () => void): void {
    if (this.#door === undefined) this.#open(socket);
    else this.#door.admit(socket, leave);
  }

  #open(socket: Socket): void {
    const { metrics, processId } = this.#sources;
    const { advertisedHost, advertisedPort } = this.#options;
    this.#lastConnectionId += 1;
    const connectionId = this.#lastConnectionId;
    const info = {
      connectionId,
      sessionId: `${processId}-${connectionId}`,
      remoteAddress: socket.remoteAddress ?? '',
      remotePort: socket.remotePort ?? 0,
      advertisedHost: advertisedHost === '' ? (socket.localAddress ?? '') : advertisedHost,
      advertisedPort: advertisedPort === 0 ? (socket.localPort ?? 0) : advertisedPort,
    };
    const transport = transportOf(socket, this.#options.tlsClientAuth);
    this.#connections.add(new Connection(socket, info, transport, this.#shared));
    metrics.accepted += 1;
    metrics.connections = this.#connections.size;
  }

  #refuse(socket: Socket, error: MillraceError): void {
    const { metrics, log } = this.#sources;
    metrics.endedBy('refused');
    socket.on('error', () => undefined);
    if (this.#refusedNow >= REFUSED_AT_A_TIME_MAX) {
      socket.destroy();
      return;
    }
    // One line for a wave of them.
    if (this.#refusedNow === 0) {
      const { remoteAddress } = socket;
      const fields = { event: 'connections_refused' as const, err: error, remoteAddress };
      log.warn(fields, 'Connections are refused: too many.');
    }
    this.#refusedNow += 1;
    const timer = setTimeout(() => socket.destroy(), REFUSED_LINGER_MS);
    socket.on('close', () => {
      clearTimeout(timer);
      this.#refusedNow -= 1;
    });
    socket.resume();
    // Where TLS is spoken nobody could read the reason: shaking hands is what there is no room for.
    if (this.#door === undefined) socket.end(encodeErrorResponse(0, error));
    else socket.end();
  }

  #checkAll(): void {
    const nowMs = performance.now();
    for (const connection of this.#connections) connection.check(nowMs);
    this.#shared.pauses.forgetOver(nowMs);
  }

  #forget(connection: Connection): void {
    this.#connections.delete(connection);
    this.#sources.metrics.connections = this.#connections.size;
    if (this.#connections.size === 0) this.#onEmpty?.();
  }
}
