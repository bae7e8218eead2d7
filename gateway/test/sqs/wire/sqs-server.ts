// The SQS route on a real server, with handlers that a test gives, and a client of bare HTTP.

import { request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import { fastify } from 'fastify';
import { WaitingCallers } from '../../../src/http/waiting-callers.ts';
import { GatewayMetrics } from '../../../src/metrics/gateway-metrics.ts';
import type { App, Visitors } from '../../../src/services.ts';
import { routedUrl } from '../../../src/sqs/dispatch/route-choice.ts';
import { registerSqsRoute } from '../../../src/sqs/dispatch/sqs-route.ts';
import type { SqsCall, SqsHandlers } from '../../../src/sqs/handler.ts';
import { ACTIONS, type ActionName } from '../../../src/sqs/model/actions.ts';
import { createVerifier } from '../../../src/sqs/sign/verify.ts';

/** What a handler was called with. */
export interface Called {
  readonly action: ActionName;
  readonly input: Readonly<Record<string, unknown>>;
  readonly call: SqsCall;
}

export interface SqsServer {
  readonly app: App;
  readonly port: number;
  readonly calls: Called[];
  readonly metrics: GatewayMetrics;
  readonly faults: unknown[];
  readonly closing: AbortController;
  close(): Promise<void>;
}

export interface SqsServerOptions {
  readonly handlers?: Partial<SqsHandlers>;
  /** Secrets by their keys' ids: then requests have to be signed. */
  readonly secrets?: Readonly<Record<string, string>>;
  readonly publicUrl?: string;
  readonly bodyLimit?: number;
}

export async function startSqsServer(options: SqsServerOptions = {}): Promise<SqsServer> {
  const calls: Called[] = [];
  const metrics = new GatewayMetrics();
  const faults: unknown[] = [];
  const closing = new AbortController();
  const app = fastify({
    rewriteUrl: routedUrl,
    bodyLimit: options.bodyLimit ?? 16 * 1024 * 1024,
    forceCloseConnections: true,
    genReqId: () => 'b6633655-283d-45b4-aee4-4e84e0ae6afa',
  }).withTypeProvider<TypeBoxTypeProvider>();
  app.addHook('onRequest', async (request) => {
    const log = Object.create(request.log) as typeof request.log;
    log.error = (fault: unknown) => void faults.push(fault);
    request.log = log;
  });
  const handlers = recordingHandlers(options.handlers ?? {}, calls);
  await registerSqsRoute(app, {
    handlersOf: () => handlers,
    settings: {
      sqsRegion: 'eu-north-1',
      sqsAccount: '000000000000',
      sqsPublicUrl: options.publicUrl ?? '',
    },
    waiting: new WaitingCallers(closing.signal),
    visitors: options.secrets && verifying(options.secrets),
    metrics,
  });
  await app.listen({ host: '127.0.0.1', port: 0 });
  const { port } = app.server.address() as AddressInfo;
  return { app, port, calls, metrics, faults, closing, close: () => app.close() };
}

/** Signatures alone: there is no broker that knows users. */
function verifying(secrets: Readonly<Record<string, string>>): Visitors {
  const verifier = createVerifier({ service: 'sqs', nowMs: Date.now });
  return {
    admit: async () => {},
    expectSigned: async () => {},
    admitSigned: async (request, url, body) => {
      const signature = verifier.read(request, url);
      verifier.check(signature, request, url, body, secrets[signature.scope.accessKeyId]);
    },
    login: () => Promise.reject(new Error('nobody logs in here')),
    logout: async () => {},
    watch: () => () => {},
    dismiss: () => {},
  };
}

/** Actions without a handler of the test answer with nothing. */
function recordingHandlers(given: Partial<SqsHandlers>, calls: Called[]): SqsHandlers {
  const entries = (Object.keys(ACTIONS) as ActionName[]).map((action) => {
    const handler = given[action] as ((input: unknown, call: SqsCall) => unknown) | undefined;
    const recording = async (input: Called['input'], call: SqsCall) => {
      calls.push({ action, input, call });
      return handler === undefined ? {} : await handler(input, call);
    };
    return [action, recording] as const;
  });
  return Object.fromEntries(entries) as unknown as SqsHandlers;
}

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface Asked {
  readonly method?: string;
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string | string[]>>;
  readonly body?: string | Uint8Array;
}

export function ask(port: number, asked: Asked): Promise<Answer> {
  const { method = 'POST', path = '/', headers = {}, body } = asked;
  return new Promise((resolve, reject) => {
    const sent = httpRequest({ host: '127.0.0.1', port, method, path, headers, agent: false });
    sent.once('error', reject);
    sent.once('response', (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.once('error', reject);
      response.once('end', () => {
        const text = Buffer.concat(chunks).toString('utf8');
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body: text });
      });
    });
    sent.end(body);
  });
}

/** By the JSON protocol. */
export function askJson(port: number, action: string, input: unknown): Promise<Answer> {
  const body = typeof input === 'string' ? input : JSON.stringify(input);
  return ask(port, { headers: jsonHeaders(action), body });
}

export function jsonHeaders(action: string): Record<string, string> {
  return {
    'content-type': 'application/x-amz-json-1.0',
    'x-amz-target': `AmazonSQS.${action}`,
    'x-amzn-query-mode': 'true',
  };
}

/** By the query protocol, as a form. */
export function askForm(port: number, form: string, path = '/'): Promise<Answer> {
  const headers = { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' };
  return ask(port, { path, headers, body: form });
}
