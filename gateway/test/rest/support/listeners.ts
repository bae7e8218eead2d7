// Clients of what is live, over real sockets: server-sent events and WebSockets, which can stop reading and go on.

import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { createRequire } from 'node:module';

type Json = ReturnType<typeof JSON.parse>;

/** What arrives, for who waits for it. */
class Inbox<T> {
  readonly all: T[] = [];
  private readonly looks = new Set<() => void>();

  add(item: T): void {
    this.all.push(item);
    for (const look of this.looks) look();
  }

  /** What was there when it held: it is looked at after every item, however many come at once. The test's own time limit ends the wait. */
  until(holds: (all: readonly T[]) => boolean): Promise<readonly T[]> {
    return new Promise((resolve) => {
      const look = () => {
        if (!holds(this.all)) return;
        resolve([...this.all]);
        this.looks.delete(look);
      };
      this.looks.add(look);
      look();
    });
  }
}

const opened = new Set<{ close(): void }>();

/** Those that a test that failed has left open would take the places of others. */
export function closeListeners(): void {
  for (const listener of opened) listener.close();
  opened.clear();
}

export interface SseEvent {
  readonly event: string;
  readonly id: string | undefined;
  readonly data: Json;
}

export class SseListener {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly ended: Promise<void>;
  /** The last id, also of what is no event: what a browser would come back with. */
  lastEventId: string | undefined;
  comments = '';
  private readonly inbox = new Inbox<SseEvent>();
  private readonly reply: IncomingMessage;
  private rest = '';
  isOver = false;

  private constructor(reply: IncomingMessage) {
    this.reply = reply;
    this.status = reply.statusCode ?? 0;
    this.headers = reply.headers;
    this.ended = new Promise((resolve) => {
      reply.once('close', () => {
        this.isOver = true;
        resolve();
      });
    });
    reply.on('error', () => {});
  }

  /** `isPaused`: reads nothing before `resume`. */
  static async open(
    url: string,
    options: { headers?: Record<string, string>; isPaused?: boolean } = {},
  ): Promise<SseListener> {
    const asked = request(url, { headers: options.headers ?? {}, agent: false });
    asked.end();
    const [reply] = (await once(asked, 'response')) as [IncomingMessage];
    const listener = new SseListener(reply);
    opened.add(listener);
    if (options.isPaused !== true) listener.resume();
    return listener;
  }

  get events(): readonly SseEvent[] {
    return this.inbox.all;
  }

  resume(): void {
    this.reply.setEncoding('utf8');
    this.reply.on('data', (text: string) => this.read(text));
  }

  until(holds: (events: readonly SseEvent[]) => boolean): Promise<readonly SseEvent[]> {
    return this.inbox.until(holds);
  }

  close(): void {
    this.reply.destroy();
  }

  private read(text: string): void {
    const blocks = (this.rest + text).split('\n\n');
    this.rest = blocks.pop() ?? '';
    for (const block of blocks) this.readBlock(block);
  }

  private readBlock(block: string): void {
    let event = 'message';
    let data: string | undefined;
    let id: string | undefined;
    for (const line of block.split('\n')) {
      if (line.startsWith(':')) this.comments += `${line.slice(2)}\n`;
      else if (line.startsWith('id: ')) id = line.slice(4);
      else if (line.startsWith('event: ')) event = line.slice(7);
      else if (line.startsWith('data: ')) data = line.slice(6);
    }
    if (id !== undefined) this.lastEventId = id;
    if (data !== undefined) this.inbox.add({ event, id, data: JSON.parse(data) });
  }
}

interface RawSocket {
  on(event: 'message', listener: (bytes: Buffer) => void): void;
  on(event: 'close', listener: (code: number, reason: Buffer) => void): void;
  on(event: 'error', listener: (error: Error) => void): void;
  on(event: 'open', listener: () => void): void;
  on(
    event: 'unexpected-response',
    listener: (request: unknown, reply: IncomingMessage) => void,
  ): void;
  send(data: string | Buffer): void;
  pause(): void;
  resume(): void;
  close(): void;
  terminate(): void;
}

// The package brings no types, and Node 20 has no WebSocket of its own.
const { WebSocket } = createRequire(import.meta.url)('ws') as {
  WebSocket: new (url: string, options?: object) => RawSocket;
};

export interface SocketEvent {
  readonly event: string;
  readonly position?: string;
  readonly data?: Json;
}

export class SocketListener {
  readonly ended: Promise<{ readonly code: number; readonly reason: string }>;
  private readonly inbox = new Inbox<SocketEvent>();
  private readonly socket: RawSocket;

  private constructor(socket: RawSocket) {
    this.socket = socket;
    socket.on('message', (bytes) => this.inbox.add(JSON.parse(bytes.toString()) as SocketEvent));
    this.ended = new Promise((resolve) => {
      socket.on('close', (code, reason) => resolve({ code, reason: reason.toString() }));
    });
  }

  static async open(url: string, options: object = {}): Promise<SocketListener> {
    const socket = new WebSocket(url.replace(/^http/, 'ws'), options);
    const listener = new SocketListener(socket);
    opened.add(listener);
    await new Promise<void>((resolve, reject) => {
      socket.on('open', resolve);
      socket.on('error', reject);
    });
    return listener;
  }

  /** The answer to an upgrade that was refused. */
  static async refused(url: string, options: object = {}): Promise<{ status: number; body: Json }> {
    const socket = new WebSocket(url.replace(/^http/, 'ws'), options);
    socket.on('error', () => {});
    const reply = await new Promise<IncomingMessage>((resolve, reject) => {
      socket.on('unexpected-response', (_, answer) => resolve(answer));
      socket.on('open', () => {
        socket.terminate();
        reject(new Error('The upgrade was not refused.'));
      });
    });
    let text = '';
    for await (const chunk of reply) text += String(chunk);
    return { status: reply.statusCode ?? 0, body: JSON.parse(text) };
  }

  get events(): readonly SocketEvent[] {
    return this.inbox.all;
  }

  until(holds: (events: readonly SocketEvent[]) => boolean): Promise<readonly SocketEvent[]> {
    return this.inbox.until(holds);
  }

  send(data: string | Buffer): void {
    this.socket.send(data);
  }

  pause(): void {
    this.socket.pause();
  }

  resume(): void {
    this.socket.resume();
  }

  /** As a cut cable. */
  cut(): void {
    this.socket.terminate();
  }

  close(): void {
    this.socket.close();
  }
}
