// One socket from its connect to its end: frames out, responses in. It knows no API and never reconnects.

import type { Socket } from 'node:net';
import {
  decodeResponseHeader,
  FrameDecoder,
  MillraceError,
  type ResponseHeader,
} from '@millrace/protocol';
import { type Address, formatAddress } from './address.ts';
import { describeSocketError, type Wire } from './open-socket.ts';

const KEEP_ALIVE_MS = 30_000;
const CLOSED = 'closed by the broker';
export interface ConnectionOwner {
  onResponse(header: ResponseHeader): void;
  /** All bytes written so far have gone to the kernel. */
  onDrain(): void;
  /** Called once; `reason` says why, also where the broker just closed. Nothing comes after it. */
  onEnd(reason: MillraceError): void;
}

export class Connection {
  readonly address: Address;
  /** When bytes last came in, by performance.now(). */
  lastHeardAt = performance.now();
  private readonly socket: Socket;
  private readonly owner: ConnectionOwner;
  private readonly decoder = new FrameDecoder({ reusesChunks: true });
  private hasHeard = false;
  private ended = false;
  private corked = false;

  constructor(address: Address, wire: Wire, owner: ConnectionOwner) {
    const { socket } = wire;
    this.address = address;
    this.socket = socket;
    this.owner = owner;
    socket.setNoDelay(true);
    socket.setKeepAlive(true, KEEP_ALIVE_MS);
    wire.onBytes = (bytes) => this.read(bytes);
    socket.on('drain', () => owner.onDrain());
    socket.on('error', (cause) => this.end(this.lost(cause)));
    socket.on('close', () => this.end(this.lost()));
  }

  get unsentBytes(): number {
    return this.socket.writableLength;
  }

  /** Writes of one tick leave together. */
  write(frame: Uint8Array): void {
    if (!this.corked) {
      this.corked = true;
      this.socket.cork();
      process.nextTick(() => {
        this.corked = false;
        this.socket.uncork();
      });
    }
    this.socket.write(frame);
  }

  /** Ends at once; the owner is told. */
  destroy(reason: MillraceError): void {
    this.end(reason);
  }

  private read(chunk: Uint8Array): void {
    if (this.ended) return;
    this.lastHeardAt = performance.now();
    this.hasHeard = true;
    try {
      for (const payload of this.decoder.push(chunk)) {
        if (this.ended) return;
        this.owner.onResponse(decodeResponseHeader(payload));
      }
    } catch (cause) {
      this.end(notTheProtocol(this.address, cause));
    }
  }

  private lost(cause?: Error): MillraceError {
    const closed = this.hasHeard ? CLOSED : `${CLOSED} without a word (TLS on one side only?)`;
    const why = cause === undefined ? closed : describeSocketError(cause);
    const text = `The connection to ${formatAddress(this.address)} ended: ${why}.`;
    return new MillraceError('CONNECTION_LOST', text, {}, { cause });
  }

  private end(reason: MillraceError): void {
    if (this.ended) return;
    this.ended = true;
    this.socket.destroy();
    this.owner.onEnd(reason);
  }
}

export function notTheProtocol(address: Address, cause: unknown): MillraceError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  const text = `${formatAddress(address)} does not speak the Millrace protocol: ${reason}`;
  return new MillraceError('MALFORMED_FRAME', text, {}, { cause });
}
