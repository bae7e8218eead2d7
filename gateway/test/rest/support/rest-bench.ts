// A real broker and a gateway's server before it, in this process: requests go in as over the network, but for the port.

import { BrokerProcess, TemporaryDirectory } from '@millrace/harness';
import { defaultsOf } from '@millrace/options';
import { buildApp } from '../../../src/app.ts';
import { type OpenServices, openServices } from '../../../src/open-services.ts';
import { GATEWAY_OPTIONS } from '../../../src/options/table.ts';
import type { App } from '../../../src/services.ts';

/** What JSON.parse gives: tests look at the parts they mean. */
export type Json = ReturnType<typeof JSON.parse>;

export interface Answer {
  readonly status: number;
  /** Without parameters. */
  readonly type: string;
  readonly headers: Readonly<Record<string, string | string[] | number | undefined>>;
  readonly text: string;
  /** Undefined where the answer is no JSON. */
  readonly body: Json;
}

export interface Ask {
  readonly method?: string;
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** A value goes as JSON; text and bytes go as they are. */
  readonly body?: unknown;
}

/** Small, so that a body may be too large. */
export const BODY_BYTES_MAX = 128 * 1024;
const JSON_TYPES: ReadonlySet<string> = new Set(['application/json', 'application/problem+json']);

export class RestBench {
  readonly broker: BrokerProcess;
  readonly open: OpenServices;
  readonly app: App;
  private readonly directory: TemporaryDirectory;

  private constructor(
    directory: TemporaryDirectory,
    broker: BrokerProcess,
    open: OpenServices,
    app: App,
  ) {
    this.directory = directory;
    this.broker = broker;
    this.open = open;
    this.app = app;
  }

  static async start(): Promise<RestBench> {
    const directory = new TemporaryDirectory('millrace-rest-');
    const broker = await BrokerProcess.start({
      dataDir: directory.path,
      flags: ['--sync', 'os'],
    });
    const open = await openServices({
      broker: { brokers: broker.address },
      waitingMax: 100,
      logger: null,
      waitForBrokerMs: 10_000,
    });
    const settings = { ...defaultsOf(GATEWAY_OPTIONS), httpBodyBytes: BODY_BYTES_MAX };
    const app = await buildApp(open.services, settings);
    await app.ready();
    return new RestBench(directory, broker, open, app);
  }

  async ask({ method = 'GET', url, headers = {}, body }: Ask): Promise<Answer> {
    const isRaw = typeof body === 'string' || body instanceof Uint8Array;
    const isNothing = body === undefined;
    const payload = isRaw ? Buffer.from(body as string) : JSON.stringify(body);
    const type = isNothing || isRaw ? {} : { 'content-type': 'application/json' };
    const reply = await this.app.inject({
      method: method as 'GET',
      url,
      headers: { host: '127.0.0.1', ...type, ...headers },
      ...(isNothing ? {} : { payload }),
    });
    const text = reply.body;
    const [answered = ''] = String(reply.headers['content-type'] ?? '').split(';');
    return {
      status: reply.statusCode,
      type: answered,
      headers: reply.headers,
      text,
      body: JSON_TYPES.has(answered) && text !== '' ? JSON.parse(text) : undefined,
    };
  }

  get(url: string, headers: Readonly<Record<string, string>> = {}): Promise<Answer> {
    return this.ask({ url, headers });
  }

  post(
    url: string,
    body: unknown,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<Answer> {
    return this.ask({ method: 'POST', url, body, headers });
  }

  async close(): Promise<void> {
    this.open.stopWaiting();
    await this.app.close();
    await this.open.close();
    await this.broker.end('SIGTERM');
    this.directory.remove();
  }
}
