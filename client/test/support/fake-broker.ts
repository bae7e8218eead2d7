// A broker made of handlers: it speaks the real protocol over real sockets and does exactly what a test says.
import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer, type TlsOptions } from 'node:tls';
import {
  APIS,
  type ApiName,
  apiByKey,
  decodeRequest,
  decodeRequestHeader,
  encodeErrorResponse,
  encodeResponse,
  FrameDecoder,
  MillraceError,
  type RequestOf,
  type ResponseInput,
} from '@millrace/protocol';

/** A handler that returns this never answers. */
export const SILENT = Symbol('no answer');

export interface FakeCall {
  readonly connection: FakeConnection;
  /** Aborted by a Cancel of this request and by the end of its connection. */
  readonly signal: AbortSignal;
}

export type Answer<N extends ApiName> = ResponseInput<N> | MillraceError | typeof SILENT;
export type Handler<N extends ApiName> = (
  request: RequestOf<N>,
  call: FakeCall,
) => Answer<N> | Promise<Answer<N>>;
export type Handlers = { [N in ApiName]?: Handler<N> };

export interface Seen {
  readonly api: ApiName;
  readonly body: unknown;
  readonly connection: FakeConnection;
  readonly atMs: number;
}

export class FakeConnection {
  readonly socket: Socket;
  readonly waiting = new Map<number, AbortController>();
  private readonly broker: FakeBroker;
  private readonly decoder = new FrameDecoder();

  constructor(broker: FakeBroker, socket: Socket) {
    this.broker = broker;
    this.socket = socket;
    socket.on('error', () => {});
    socket.on('data', (chunk: Buffer) => {
      for (const payload of this.decoder.push(chunk)) void this.handle(payload);
    });
    socket.on('close', () => {
      for (const controller of this.waiting.values()) controller.abort();
    });
  }

  /** Says unasked why it ends the connection, and ends it. */
  dismiss(error: MillraceError): void {
    this.socket.end(encodeErrorResponse(0, error));
  }

  private async handle(payload: Uint8Array): Promise<void> {
    const { apiKey, apiVersion, correlationId, fields } = decodeRequestHeader(payload);
    const api = apiByKey(apiKey) as ApiName;
    const body = decodeRequest(api, apiVersion, fields);
    this.broker.seen.push({ api, body, connection: this, atMs: performance.now() });
    if (api === 'Cancel') {
      this.waiting.get((body as RequestOf<'Cancel'>).target)?.abort();
    }
    const controller = new AbortController();
    this.waiting.set(correlationId, controller);
    const handler = this.broker.handlers[api] as Handler<ApiName> | undefined;
    const answer =
      handler === undefined
        ? new MillraceError('INTERNAL', `the test has no handler for ${api}`)
        : await handler(body, { connection: this, signal: controller.signal });
    this.waiting.delete(correlationId);
    if (answer === SILENT || this.socket.destroyed) return;
    this.socket.write(
      answer instanceof MillraceError
        ? encodeErrorResponse(correlationId, answer)
        : encodeResponse(api, apiVersion, correlationId, answer as never),
    );
  }
}

export class FakeBroker {
  readonly handlers: Handlers;
  readonly seen: Seen[] = [];
  readonly connections: FakeConnection[] = [];
  port = 0;
  /** Over TLS, from the next `listen` on. */
  tls: TlsOptions | undefined;
  private server: Server | undefined;

  constructor(handlers: Handlers = {}) {
    this.handlers = { Hello: hello, Cancel: () => ({}), Metadata: noTopics, ...handlers };
  }

  static async start(handlers: Handlers = {}): Promise<FakeBroker> {
    const broker = new FakeBroker(handlers);
    await broker.listen();
    return broker;
  }

  get address(): string {
    return `127.0.0.1:${this.port}`;
  }

  /** Also again after `stop`, on the same port. */
  async listen(): Promise<void> {
    const accept = (socket: Socket) => {
      this.connections.push(new FakeConnection(this, socket));
    };
    const server =
      this.tls === undefined
        ? createServer({ noDelay: true }, accept)
        : createTlsServer(this.tls, accept);
    this.server = server;
    server.listen(this.port, '127.0.0.1');
    await once(server, 'listening');
    this.port = (server.address() as AddressInfo).port;
  }

  /** Ends all connections; new ones are still taken. */
  drop(): void {
    for (const { socket } of this.connections) socket.destroy();
  }

  /** Ends everything; the port refuses. */
  async stop(): Promise<void> {
    const { server } = this;
    if (server === undefined) return;
    this.server = undefined;
    const closed = once(server, 'close');
    server.close();
    this.drop();
    await closed;
  }

  /** Bodies of all requests of one API so far. */
  requests<N extends ApiName>(api: N): RequestOf<N>[] {
    return this.seen.filter((seen) => seen.api === api).map(({ body }) => body as RequestOf<N>);
  }

  count(api: ApiName): number {
    return this.requests(api).length;
  }
}

export const hello = (): ResponseInput<'Hello'> => ({
  brokerVersion: '9.9.9',
  instanceId: 'fake',
  connectionId: 1,
  serverTimeMs: Date.now(),
  apis: Object.values(APIS).map(({ key, versions }) => ({
    key,
    versionMin: versions.min,
    versionMax: versions.max,
  })),
  codecs: ['none', 'gzip'],
  limits: { messageBytesMax: 1_048_576 },
});

const noTopics: Handler<'Metadata'> = () => ({ brokers: [], topics: [] });

/** Waits until the signal is aborted, or `ms` have passed. */
export function untilAborted(signal: AbortSignal, ms = 60_000): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      resolve();
    });
  });
}
