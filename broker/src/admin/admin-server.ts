// The admin HTTP server: three pages to read, on a port of its own. It changes nothing and reads no request body.

import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer, type Server as TlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { type Log, limitConnections, listenOn, type TlsContext } from '@millrace/options';
import { ERRORS, MillraceError } from '@millrace/protocol';
import type { Readiness } from '../health/readiness.ts';

export interface AdminSources {
  readonly readiness: () => Readiness;
  readonly metrics: { readonly contentType: string; scrape(): Promise<string> };
  readonly log: Log;
  /** Undefined: plain HTTP. */
  readonly tls: TlsContext | undefined;
  /** Throws MillraceError. */
  readonly mayReadMetrics: (request: IncomingMessage) => Promise<void>;
}

export interface AdminServer {
  readonly address: AddressInfo;
  /** For connections from now on. */
  useTls(context: TlsContext): void;
  close(): Promise<void>;
}

interface Page {
  readonly status: number;
  readonly type: string;
  readonly body: string;
}

const JSON_TYPE = 'application/json; charset=utf-8';
/** A scraper and a person or two; more at a time is a mistake. */
const CONNECTIONS = { max: 64, maxOfAddress: 32 };

const SERVER_OPTIONS = {
  headersTimeout: 5_000,
  requestTimeout: 10_000,
  keepAliveTimeout: 5_000,
  connectionsCheckingInterval: 1_000,
  maxHeaderSize: 8 * 1024,
} as const;

export async function openAdminServer(
  host: string,
  port: number,
  sources: AdminSources,
): Promise<AdminServer> {
  const { tls } = sources;
  const secure = tls && createTlsServer({ ...SERVER_OPTIONS, ...tls, handshakeTimeout: 5_000 });
  const server: Server | TlsServer = secure ?? createServer(SERVER_OPTIONS);
  limitConnections(server, CONNECTIONS);
  server.on('request', (request, response) => {
    answer(request, response, sources).catch((error: unknown) => {
      sources.log.error(
        { event: 'admin_page_failed', err: error, path: request.url },
        'An admin page failed.',
      );
      if (!response.headersSent) send(request, response, json(500, { error: 'internal' }));
    });
  });
  const at = { host, port, hostFlag: '--admin-host', portFlag: '--admin-port', rival: 'broker' };
  const address = await listenOn(server, at, (error) => {
    sources.log.error({ event: 'accept_failed', err: error }, 'The admin server met an error.');
  });
  const close = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  return { address, close, useTls: (context) => secure?.setSecureContext(context) };
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
  try {
    if (path === '/metrics') await sources.mayReadMetrics(request);
    send(request, response, await pageAt(path ?? '', sources));
  } catch (error) {
    if (!(error instanceof MillraceError)) throw error;
    if (error.detail.retryAfterMs !== undefined) {
      response.setHeader('retry-after', Math.ceil(error.detail.retryAfterMs / 1_000));
    }
    const status = ERRORS[error.code].http;
    if (status === 401) response.setHeader('www-authenticate', 'Bearer');
    send(request, response, json(status, { error: error.code, message: error.message }));
  }
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
