// A simulated network of byte streams: what is sent arrives late and in other pieces, streams are cut, go deaf without a
// word, and whole processes are out of reach for a while. Within a stream bytes keep their order, as with TCP.

import { EventEmitter } from 'node:events';
import type { AddressInfo } from 'node:net';
import { Duplex } from 'node:stream';
import type { Random } from '@millrace/harness';
import type { Process, Scheduler } from './scheduler.ts';

const LATENCY_MS_MAX = 4;
const SLOW_MS_MAX = 80;
const WINDOW_BYTES = 256 * 1_024;
const PIECES = 0.2;
const SLOW = 0.02;

/** One end of a stream. */
export class SimSocket extends Duplex {
  readonly owner: Process;
  readonly remoteAddress = '127.0.0.1';
  readonly localAddress = '127.0.0.1';
  readonly remotePort: number;
  readonly localPort: number;
  peer: SimSocket | undefined;
  /** What is sent from here gets lost without a word. */
  isDeaf = false;
  private readonly network: Network;
  private arrivesAt = 0;
  private onTheWay = 0;
  private waiting: (() => void)[] = [];

  constructor(network: Network, owner: Process, port: number, allowHalfOpen: boolean) {
    super({ allowHalfOpen });
    this.network = network;
    this.owner = owner;
    this.remotePort = port;
    this.localPort = port;
  }

  setNoDelay(): this {
    return this;
  }

  setKeepAlive(): this {
    return this;
  }

  setTimeout(): this {
    return this;
  }

  ref(): this {
    return this;
  }

  unref(): this {
    return this;
  }

  override _read(): void {
    // Everything that arrives is handed over at once.
  }

  override _write(chunk: Buffer, _: BufferEncoding, done: () => void): void {
    // Whoever sent it may use the memory again.
    let bytes: Buffer = Buffer.from(chunk);
    this.onTheWay += bytes.length;
    while (bytes.length > 1 && this.network.random.chance(PIECES)) {
      const at = this.network.random.between(1, bytes.length - 1);
      this.send(bytes.subarray(0, at));
      bytes = bytes.subarray(at);
    }
    this.send(bytes);
    if (this.onTheWay < WINDOW_BYTES) this.network.scheduler.schedule(this.owner, 0, done);
    else this.waiting.push(done);
  }

  override _final(done: () => void): void {
    this.later((peer) => peer.push(null));
    done();
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.later((peer) => {
      if (!peer.readableEnded && !peer.destroyed) peer.push(null);
    });
    this.network.sockets.delete(this);
    done(error);
  }

  /** As if the other side, or something between, had reset the stream. */
  reset(): void {
    const error = Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' });
    if (!this.destroyed) this.destroy(error);
  }

  private send(bytes: Buffer): void {
    this.later((peer) => {
      if (!peer.destroyed && !peer.readableEnded) peer.push(bytes);
      this.arrived(bytes.length);
    });
  }

  private arrived(bytes: number): void {
    this.onTheWay -= bytes;
    if (this.onTheWay >= WINDOW_BYTES || this.owner.state === 'dead') return;
    for (const done of this.waiting.splice(0)) this.network.scheduler.schedule(this.owner, 0, done);
  }

  /** Something happens at the other end, after all that was sent before. */
  private later(happens: (peer: SimSocket) => void): void {
    const { peer, network } = this;
    if (peer === undefined || this.isDeaf) return;
    const { scheduler } = network;
    this.arrivesAt = Math.max(this.arrivesAt, network.arrival(this.owner, peer.owner));
    network.allArrivedAt = Math.max(network.allArrivedAt, this.arrivesAt);
    scheduler.schedule(peer.owner, this.arrivesAt - scheduler.nowMs, () => happens(peer));
  }
}

/** What listens. */
export class SimServer extends EventEmitter {
  readonly owner: Process;
  maxConnections = 0;
  private readonly network: Network;
  private port = 0;

  constructor(network: Network, owner: Process) {
    super();
    this.network = network;
    this.owner = owner;
  }

  listen({ port }: { readonly port: number }, done: () => void): this {
    this.port = port;
    this.network.servers.set(port, this);
    this.network.scheduler.schedule(this.owner, 0, done);
    return this;
  }

  address(): AddressInfo {
    return { address: '127.0.0.1', family: 'IPv4', port: this.port };
  }

  close(done?: () => void): this {
    if (this.network.servers.get(this.port) === this) this.network.servers.delete(this.port);
    if (done !== undefined) this.network.scheduler.schedule(this.owner, 0, done);
    return this;
  }

  closeAllConnections(): void {
    // Nobody comes to the pages of a simulated broker.
  }
}

/** What a client reads into, as node:net has it. */
interface ConnectOptions {
  readonly port: number;
  readonly onread?: {
    readonly buffer: Uint8Array;
    readonly callback: (bytes: number, memory: Uint8Array) => boolean;
  };
}

export class Network {
  readonly scheduler: Scheduler;
  readonly random: Random;
  readonly sockets = new Set<SimSocket>();
  readonly servers = new Map<number, SimServer>();
  /** When all that was sent so far will have arrived, also what is from processes that are gone by now. */
  allArrivedAt = 0;
  /** Until when nothing comes to or from a process. */
  private readonly unreachable = new Map<Process, number>();
  private ports = 40_000;

  constructor(scheduler: Scheduler, random: Random) {
    this.scheduler = scheduler;
    this.random = random;
  }

  createServer(): SimServer {
    return new SimServer(this, this.scheduler.running);
  }

  connect({ port, onread }: ConnectOptions): SimSocket {
    this.ports += 1;
    const near = new SimSocket(this, this.scheduler.running, this.ports, false);
    if (onread !== undefined) near.on('data', (chunk: Buffer) => feed(chunk, onread));
    const server = this.servers.get(port);
    const to = server?.owner ?? near.owner;
    const delayMs = this.arrival(near.owner, to) - this.scheduler.nowMs;
    const refuse = () => {
      const error = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
      if (!near.destroyed) near.destroy(error);
    };
    if (server === undefined) this.scheduler.schedule(near.owner, delayMs, refuse);
    else this.scheduler.schedule(to, delayMs, () => this.accept(near, server));
    return near;
  }

  /** When something sent now arrives. */
  arrival(from: Process, to: Process): number {
    const { nowMs } = this.scheduler;
    const most = this.random.chance(SLOW) ? SLOW_MS_MAX : LATENCY_MS_MAX;
    const reachableAt = (process: Process) => this.unreachable.get(process) ?? 0;
    return Math.max(nowMs, reachableAt(from), reachableAt(to)) + this.random.next() * most;
  }

  /** Nothing comes to it or from it for so long; then all of it does. */
  isolate(process: Process, ms: number): void {
    this.unreachable.set(process, this.scheduler.nowMs + ms);
  }

  /** Some stream is cut; what is on the way is lost. */
  cut(): boolean {
    const socket = this.some();
    if (socket === undefined) return false;
    for (const end of [socket, socket.peer]) {
      if (end === undefined) continue;
      this.scheduler.schedule(end.owner, this.random.between(0, 50), () => end.reset());
    }
    return true;
  }

  /** From now on some stream loses all that is sent in one direction or in both, and nobody is told. */
  deafen(): boolean {
    const socket = this.some();
    if (socket?.peer === undefined) return false;
    socket.isDeaf = true;
    if (this.random.chance(0.5)) socket.peer.isDeaf = true;
    return true;
  }

  /** The process is gone. Its system tells the other ends, or is gone too and says nothing. */
  processDied(process: Process, isSilent: boolean): void {
    for (const [port, { owner }] of this.servers) if (owner === process) this.servers.delete(port);
    for (const socket of [...this.sockets].filter(({ owner }) => owner === process)) {
      this.sockets.delete(socket);
      const { peer } = socket;
      if (peer === undefined) continue;
      peer.isDeaf = true;
      if (isSilent) continue;
      const delayMs = this.random.between(0, LATENCY_MS_MAX);
      this.scheduler.schedule(peer.owner, delayMs, () => peer.reset());
    }
  }

  private accept(near: SimSocket, server: SimServer): void {
    if (near.destroyed || this.servers.get(server.address().port) !== server) return;
    const far = new SimSocket(this, server.owner, near.localPort, true);
    near.peer = far;
    far.peer = near;
    this.sockets.add(near);
    this.sockets.add(far);
    server.emit('connection', far);
    const delayMs = this.arrival(server.owner, near.owner) - this.scheduler.nowMs;
    this.scheduler.schedule(near.owner, delayMs, () => near.emit('connect'));
  }

  private some(): SimSocket | undefined {
    const sockets = [...this.sockets];
    return sockets.length === 0 ? undefined : this.random.pick(sockets);
  }
}

/** As the system does: into the one buffer, as often as it takes. */
function feed(chunk: Buffer, { buffer, callback }: NonNullable<ConnectOptions['onread']>): void {
  for (let at = 0; at < chunk.length; at += buffer.length) {
    const piece = chunk.subarray(at, at + buffer.length);
    buffer.set(piece);
    callback(piece.length, buffer);
  }
}
