// A real broker with gateways before it that listen on ports of their own: for what needs sockets, or two gateways.

import type { AddressInfo } from 'node:net';
import { type Client, codecs, connect } from '@millrace/client';
import { BrokerProcess, TemporaryDirectory } from '@millrace/harness';
import { defaultsOf } from '@millrace/options';
import { buildApp } from '../../../src/app.ts';
import { type OpenServices, openServices } from '../../../src/open-services.ts';
import { GATEWAY_OPTIONS } from '../../../src/options/table.ts';
import type { App } from '../../../src/services.ts';

/** What JSON.parse gives: tests look at the parts they mean. */
type Json = ReturnType<typeof JSON.parse>;

export interface Reply {
  readonly status: number;
  readonly headers: Headers;
  /** Undefined where there is no body. */
  readonly body: Json;
}

interface Running {
  readonly open: OpenServices;
  readonly app: App;
  readonly port: number;
}

export class Gateways {
  readonly broker: BrokerProcess;
  readonly client: Client;
  private readonly directory: TemporaryDirectory;
  private readonly running: Running[] = [];

  private constructor(directory: TemporaryDirectory, broker: BrokerProcess, client: Client) {
    this.directory = directory;
    this.broker = broker;
    this.client = client;
  }

  static async start(count = 1): Promise<Gateways> {
    const directory = new TemporaryDirectory('millrace-gateways-');
    const broker = await BrokerProcess.start({ dataDir: directory.path });
    const client = await connect({ brokers: broker.address, codec: codecs.text });
    const gateways = new Gateways(directory, broker, client);
    for (let at = 0; at < count; at += 1) await gateways.add();
    return gateways;
  }

  /** Its place among them. */
  async add(): Promise<number> {
    const open = await openServices({
      broker: { brokers: this.broker.address },
      waitingMax: 100,
      logger: null,
      waitForBrokerMs: 10_000,
    });
    const app = await buildApp(open.services, defaultsOf(GATEWAY_OPTIONS));
    await app.listen({ host: '127.0.0.1', port: 0 });
    const { port } = app.server.address() as AddressInfo;
    return this.running.push({ open, app, port }) - 1;
  }

  at(place = 0): Running {
    return this.running[place] as Running;
  }

  url(path: string, place = 0): string {
    return `http://127.0.0.1:${this.at(place).port}${path}`;
  }

  async ask(method: string, path: string, body?: unknown, place = 0): Promise<Reply> {
    const reply = await fetch(this.url(path, place), {
      method,
      ...(body === undefined
        ? {}
        : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
    });
    const text = await reply.text();
    const told = text === '' ? undefined : JSON.parse(text);
    return { status: reply.status, headers: reply.headers, body: told };
  }

  get(path: string, place = 0): Promise<Reply> {
    return this.ask('GET', path, undefined, place);
  }

  post(path: string, body?: unknown, place = 0): Promise<Reply> {
    return this.ask('POST', path, body, place);
  }

  /** As a gateway ends: what waits gives up first. */
  async stop(place = 0): Promise<void> {
    const { open, app } = this.at(place);
    open.stopWaiting();
    await app.close();
    await open.close();
  }

  async close(): Promise<void> {
    for (const place of this.running.keys()) await this.stop(place);
    await this.client.close();
    await this.broker.end('SIGTERM');
    this.directory.remove();
  }
}

/** Asks again until it holds; the test's own time limit ends it otherwise. */
export async function until<T>(look: () => Promise<T | undefined | false>): Promise<T> {
  for (;;) {
    const found = await look();
    if (found !== undefined && found !== false) return found;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
