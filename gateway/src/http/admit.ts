// Lets requests in or turns them away before their route sees them: cross-origin rules, the guard, rates, credentials.
// The order matters: who is turned away for where the page is from never gets to guess passwords.

import cors from '@fastify/cors';
import rateLimit from '@fastify/rate-limit';
import { networkOf } from '@millrace/options';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { GatewayOptions } from '../options/table.ts';
import { PAGE_ROUTES } from '../page/register-page.ts';
import { HttpProblem } from '../rest/problem/problems.ts';
import { SESSION_ROUTE } from '../rest/session/session-schemas.ts';
import type { App, Services, Visitors } from '../services.ts';
import { SqsError } from '../sqs/errors.ts';
import { boundBodies, mayBeLarge } from './bodies.ts';
import { faultOf, type GuardSettings } from './guard.ts';
import { listOf, ownNames } from './host-names.ts';
import { isSqs, onceOver } from './observe.ts';
import { refusal } from './refuse.ts';

/** Whoever may know nothing else may know that the gateway lives. */
const OPEN_PAGES: ReadonlySet<string> = new Set(['/healthz', '/readyz']);
/** Patterns of routes behind which nothing is a secret, or which ask by themselves. */
const OPEN_ROUTES: ReadonlySet<string> = new Set([...PAGE_ROUTES, SESSION_ROUTE]);
const PREFLIGHT_S = 600;

export async function admitRequests(
  app: App,
  services: Services,
  settings: GatewayOptions,
): Promise<void> {
  const origins = new Set(listOf(settings.httpCorsOrigins));
  if (origins.size > 0) await allowOrigins(app, [...origins]);
  guardPages(app, services, { names: ownNames(settings), origins });
  if (settings.httpRateLimit > 0) await limitRates(app, services, settings.httpRateLimit);
  if (services.visitors !== undefined) askWho(app, services, services.visitors);
  boundBodies(app, services, settings.httpBodiesBytes);
}

async function allowOrigins(app: App, origin: string[]): Promise<void> {
  await app.register(cors, {
    origin,
    methods: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'],
    exposedHeaders: ['retry-after', 'x-amzn-requestid', 'x-amzn-query-error', 'x-request-id'],
    maxAge: PREFLIGHT_S,
  });
}

function pathOf(request: FastifyRequest): string {
  const { url } = request;
  const mark = url.indexOf('?');
  return mark === -1 ? url : url.slice(0, mark);
}

function guardPages(app: App, { metrics }: Services, guard: GuardSettings): void {
  app.addHook('onRequest', (request, _reply, done) => {
    const { method, headers } = request;
    const isForSqs = isSqs(request);
    // The route's own pattern: a path can be written in many ways.
    const path = isForSqs ? '' : (request.routeOptions.url ?? '');
    const isUpgrade = headers.upgrade !== undefined;
    const visit = { method, headers, isSqs: isForSqs, isUpgrade, path };
    const fault = faultOf(visit, guard);
    done(fault && refusal(fault.refused, fault.text, request, metrics));
  });
}

async function limitRates(app: App, { metrics }: Services, max: number): Promise<void> {
  await app.register(rateLimit, {
    global: false,
    max,
    timeWindow: 1_000,
    // Whoever has an IPv6 address has a whole network of them.
    keyGenerator: ({ ip }) => networkOf(ip),
    allowList: (request) => OPEN_PAGES.has(pathOf(request)),
    errorResponseBuilder: (request) =>
      refusal('rate', 'Too many requests a second come from this address.', request, metrics),
  });
  // By itself it counts only what has a route.
  app.addHook('onRequest', app.rateLimit());
}

/**
 * Behind the rates, so that guesses are counted too. Requests of the SQS API are signed, body and all: they are asked again when all of
 * it is there, and first of all only where it may be large. [H-33]
 */
function askWho(app: App, { metrics }: Services, visitors: Visitors): void {
  app.addHook('preParsing', async (request, reply) => {
    if (isSqs(request)) {
      if (mayBeLarge(request)) await expectSigned(request);
      return;
    }
    if (OPEN_PAGES.has(pathOf(request)) || isOpenRoute(request)) return;
    try {
      await visitors.admit(request.raw);
    } catch (error) {
      if (error instanceof HttpProblem) {
        metrics.requestRefused(error.code === 'UNAUTHENTICATED' ? 'credentials' : 'rate');
      }
      throw error;
    }
    onceAnswered(request, reply, () => visitors.dismiss(request.raw));
  });

  async function expectSigned(request: FastifyRequest): Promise<void> {
    try {
      await visitors.expectSigned(request.raw, request.originalUrl);
    } catch (error) {
      if (error instanceof SqsError) metrics.requestRefused('credentials');
      throw error;
    }
  }
}

function isOpenRoute({ routeOptions }: FastifyRequest): boolean {
  return routeOptions.url !== undefined && OPEN_ROUTES.has(routeOptions.url);
}

/** What was upgraded is answered as long as its connection lasts. */
function onceAnswered(request: FastifyRequest, reply: FastifyReply, tell: () => void): void {
  if (request.headers.upgrade === undefined) onceOver(reply, tell);
  else request.raw.socket.once('close', tell);
}
