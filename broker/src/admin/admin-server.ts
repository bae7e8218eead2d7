// The admin HTTP server: three pages to read, on a port of its own. It changes nothing and reads no request body.

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Log } from '@millrace/options';
import { listenOn } from '@millrace/options';
import type { Readiness } from '../health/readiness.ts';

export interface AdminSources {
  readonly readiness: () => Readiness;
  readonly metrics: { readonly contentType: string; scrape(): Promise<string> };
  readonly log: Log;
}

export interface AdminServer {
  readonly address: AddressInfo;
  close(): Promise<void>;
}

interface Page {
  readonly status: number;
  readonly type: string;
  readonly body: string;
}

const JSON_TYPE = 'application/json; charset=utf-8';
/** A scraper and a person or two; more at a time is a mistake. */
const CONNECTIONS_MAX = 64;

export async function openAdminServer(
  host: string,
  port: number,
  sources: AdminSources,
): Promise<AdminServer> {
  const server = createServer({
    headersTimeout: 5_000,
    requestTimeout: 10_000,
    keepAliveTimeout: 5_000,
    connectionsCheckingInterval: 1_000,
    maxHeaderSize: 8 * 1024,
  });
  server.maxConnections = CONNECTIONS_MAX;
  server.on('request', (request, response) => {
    answer(request, response, sources).catch((error: unknown) => {
      sources.log.error({ err: error, path: request.url }, 'An admin page failed.');
      if (!response.headersSent) send(request, response, json(500, { error: 'internal' }));
    });
  });
  const at = { host, port, hostFlag: '--admin-host', portFlag: '--admin-port', rival: 'broker' };
  const address = await listenOn(server, at, (error) => {
    sources.log.error({ err: error }, 'The admin server met an error.');
  });
  const close = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  return { address, close };
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  sources: AdminSources,
): Promise<void> {
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    response.setHeader('allow', 'GET, HEAD');
    // Whatever body follows is not read.
    response.setHeader('connection', 'close');
    send(request, response, json(405, { error: 'only GET and HEAD' }));
    return;
  }
  const [path] = (request.url ?? '').split('?', 1);
  send(request, response, await pageAt(path ?? '', sources));
}

async function pageAt(path: string, sources: AdminSources): Promise<Page> {
  switch (path) {
    case '/healthz':
      return json(200, { status: 'ok' });
    case '/readyz':
      return readyPage(sources.readiness());
    case '/metrics':
      return {
        status: 200,
        type: sources.metrics.contentType,
        body: await sources.metrics.scrape(),
      };
    default:
      return json(404, { error: 'no such page', pages: ['/healthz', '/readyz', '/metrics'] });
  }
}

function readyPage({ isReady, reasons }: Readiness): Page {
  return isReady ? json(200, { status: 'ready' }) : json(503, { status: 'not ready', reasons });
}

function json(status: number, body: unknown): Page {
  return { status, type: JSON_TYPE, body: `${JSON.stringify(body)}\n` };
}

function send(request: IncomingMessage, response: ServerResponse, page: Page): void {
  const body = Buffer.from(page.body);
  response.writeHead(page.status, {
    'content-type': page.type,
    'content-length': body.length,
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
  });
  response.end(request.method === 'HEAD' ? undefined : body);
}
