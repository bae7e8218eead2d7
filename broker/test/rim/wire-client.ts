// A client of bytes for tests: sends what it is told, well-formed or not, and keeps every reply frame.

import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import {
  type ApiName,
  decodeError,
  decodeResponse,
  decodeResponseHeader,
  encodeRequest,
  FrameDecoder,
  type MillraceError,
  type RequestInput,
  type ResponseOf,
} from '@millrace/protocol';

export type Reply<N extends ApiName = ApiName> =
  | { readonly correlationId: number; readonly error: MillraceError; readonly body?: undefined }
  | { readonly correlationId: number; readonly error?: undefined; readonly body: ResponseOf<N> };

export class WireClient {
  readonly socket: Socket;
  readonly #decoder = new FrameDecoder();
  readonly #payloads: Uint8Array[] = [];
  readonly #waiting: (() => void)[] = [];
  /** Resolves when the socket is closed, from whichever side. */
  readonly closed: Promise<void>;
  isClosed = false;

  constructor(socket: Socket) {
    this.socket = socket;
    socket.on('data', (chunk) => {
      this.#payloads.push(...this.#decoder.push(chunk));
      this.#wake();
    });
    socket.on('error', () => undefined);
    this.closed = new Promise((resolve) => {
      socket.on('close', () => {
        this.isClosed = true;
        this.#wake();
        resolve();
      });
    });
  }

  /** `from`: an address of this machine. */
  static async open(port: number, from = '127.0.0.1'): Promise<WireClient> {
    const socket = connect({ port, host: '127.0.0.1', localAddress: from });
    await once(socket, 'connect');
    return new WireClient(socket);
  }

  static async greeted(port: number, from?: string): Promise<WireClient> {
    const client = await WireClient.open(port, from);
    const reply = await client.ask('Hello', HELLO);
    if (reply.error !== undefined) throw reply.error;
    return client;
  }

  send<N extends ApiName>(api: N, correlationId: number, body: RequestInput<N>): void {
    this.socket.write(encodeRequest(api, 1, correlationId, body));
  }

  #lastId = 1_000;

  async ask<N extends ApiName>(api: N, body: RequestInput<N>): Promise<Reply<N>> {
    this.#lastId += 1;
    this.send(api, this.#lastId, body);
    return this.next(api);
  }

  /** The next reply, taken for one of `api`. Throws when the connection ends without one. */
  async next<N extends ApiName>(api: N): Promise<Reply<N>> {
    while (this.#payloads.length === 0) {
      if (this.isClosed) throw new Error('the connection ended without a reply');
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
    const header = decodeResponseHeader(this.#payloads.shift() as Uint8Array);
    const { correlationId, errorCode, fields } = header;
    if (errorCode !== 0) return { correlationId, error: decodeError(errorCode, fields) };
    return { correlationId, body: decodeResponse(api, 1, fields) };
  }

  get unread(): number {
    return this.#payloads.length;
  }

  #wake(): void {
    for (const resolve of this.#waiting.splice(0)) resolve();
  }
}

export const HELLO: RequestInput<'Hello'> = {
  clientName: 'wire-client',
  clientVersion: '1',
  apis: [],
  codecs: ['none'],
};

/** The frame of any MessagePack bytes. */
export function frameOf(payload: Uint8Array): Uint8Array {
  const frame = Buffer.alloc(4 + payload.length);
  frame.writeUInt32BE(payload.length);
  frame.set(payload, 4);
  return frame;
}
