// GET /live and GET /topics/:topic/tail: each by WebSocket where the request asks for an upgrade, otherwise as server-sent
// events. Refusals come before either begins.

import type { Server } from 'node:http';
import websocket from '@fastify/websocket';
import type { Client } from '@millrace/client';
import { MillraceError } from '@millrace/protocol';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Static } from 'typebox';
import type { FeedKind } from '../../metrics/gateway-metrics.ts';
import type { App, Services } from '../../services.ts';
import { perSession } from '../../sessions/per-session.ts';
import type { BoardOf } from '../dashboard/counts-board.ts';
import { problems } from '../openapi/responses.ts';
import { closed } from '../schemas/shapes.ts';
import { Type } from '../schemas/type.ts';
import { countsEvents, Subscription } from './counts-events.ts';
import { CountsFeed } from './counts-feed.ts';
import { LIVE_LIMITS, type LiveLimits } from './live-limits.ts';
import { CLOSE, LiveSession, type LiveSocket } from './live-session.ts';
import { Places } from './places.ts';
import { sendEvents } from './send-events.ts';
import type { TailPlan } from './tail.ts';
import { tailEvents } from './tail-events.ts';
import { TailParams, TailQuery, tailPlan } from './tail-plan.ts';
import { webSocketUpgrades } from './upgrades.ts';
import { type Events, whileAdmitted } from './while-admitted.ts';

const CountsQuery = closed({
  queues: Type.Optional(
    Type.String({
      maxLength: 16_384,
      description: 'Names of queues, by comma, to tell of beside the totals; * stands for all.',
    }),
  ),
});

const EventStream = Type.String({ description: 'Server-sent events.' });
const eventStream = { 200: { content: { 'text/event-stream': { schema: EventStream } } } };

interface Stage {
  readonly services: Services;
  readonly limits: LiveLimits;
  readonly places: Places;
}

/** Where WebSockets are. */
const PATHS = /^\/(?:live|topics\/[^/]+\/tail)$/;

/** Events for one listener, and what becomes of what it says. */
interface Show {
  readonly events: Events;
  readonly onText: (text: string) => void;
}

export async function registerLive(
  app: App,
  services: Services,
  boardOf: BoardOf,
  limits: LiveLimits = LIVE_LIMITS,
): Promise<void> {
  await app.register(websocket, {
    options: {
      maxPayload: limits.messageBytesMax,
      server: webSocketUpgrades(app.server, PATHS) as Server,
    },
    errorHandler(error, socket, request) {
      request.log.info({ event: 'websocket_failed', err: error }, 'A WebSocket met a fault.');
      (socket as LiveSocket).close(CLOSE.internal, 'INTERNAL');
    },
    // Sessions end by themselves when the gateway begins to close.
    preClose(done) {
      (app.websocketServer as { close(): void }).close();
      done();
    },
  });
  registerCounts(app, services, boardOf, limits);
  registerTail(app, services, limits);
}

function registerCounts(app: App, services: Services, boardOf: BoardOf, limits: LiveLimits): void {
  const stage = {
    services,
    limits,
    places: new Places('listeners to counts', limits.listenersMax),
  };
  const feedOf = perSession((session) => new CountsFeed(boardOf(session), limits.countsMs));
  const showOf = (request: FastifyRequest): Show => {
    const subscription = new Subscription(limits.queuesMax);
    const { queues = '' } = request.query as Static<typeof CountsQuery>;
    subscription.add(queues.split(',').filter((name) => name !== ''));
    const feed = feedOf(services.sessionOf(request.raw));
    return {
      events: (signal) => countsEvents(feed, subscription, signal),
      onText: (text) => subscription.heard(text),
    };
  };
  app.route({
    method: 'GET',
    url: '/live',
    exposeHeadRoute: false,
    schema: {
      operationId: 'live',
      tags: ['live'],
      summary: 'Counts of queues, every second: by WebSocket, or as server-sent events',
      querystring: CountsQuery,
      response: { ...eventStream, ...problems('INVALID_REQUEST', 'OVERLOADED') },
    },
    preHandler: async (request) => {
      stage.places.check();
      shows.set(request, showOf(request));
    },
    handler: (request, reply) => stream(stage, request, reply),
    wsHandler: (socket: LiveSocket, request) => converse(stage, socket, request),
  });
}

function registerTail(app: App, services: Services, limits: LiveLimits): void {
  const stage = { services, limits, places: new Places('readers of topics', limits.tailsMax) };
  const showOf = (client: Client, plan: TailPlan): Show => ({
    events: (signal) => tailEvents(client, plan, limits, signal),
    onText: () => {
      throw new MillraceError('INVALID_REQUEST', 'A reader of a topic has nothing to say.');
    },
  });
  app.route({
    method: 'GET',
    url: '/topics/:topic/tail',
    exposeHeadRoute: false,
    schema: {
      operationId: 'tailTopic',
      tags: ['live'],
      summary: 'Messages of a topic as they come: by WebSocket, or as server-sent events',
      params: TailParams,
      querystring: TailQuery,
      response: {
        ...eventStream,
        ...problems(
          'INVALID_REQUEST',
          'UNKNOWN_TOPIC',
          'UNKNOWN_PARTITION',
          'OFFSET_OUT_OF_RANGE',
          'OVERLOADED',
        ),
      },
    },
    preHandler: async (request) => {
      stage.places.check();
      const { client } = services.sessionOf(request.raw);
      const { topic } = request.params;
      const lastEventId = request.headers['last-event-id'];
      const known = typeof lastEventId === 'string' ? lastEventId : undefined;
      const plan = await tailPlan(client, topic, request.query, known, limits);
      stage.places.check();
      shows.set(request, showOf(client, plan));
    },
    handler: (request, reply) => stream(stage, request, reply),
    wsHandler: (socket: LiveSocket, request) => converse(stage, socket, request),
  });
}

/** What a request is to see, from before its answer begins until it is over. */
const shows = new WeakMap<FastifyRequest, Show>();

/** Takes a place for a feed, which is counted until the function that it gives is called. */
function takePlace({ services, places }: Stage, kind: FeedKind): () => void {
  const leave = places.take();
  const { metrics } = services;
  metrics.feedOpened(kind);
  let isOpen = true;
  return () => {
    if (isOpen) metrics.feedClosed(kind);
    isOpen = false;
    leave();
  };
}

async function stream(stage: Stage, request: FastifyRequest, reply: FastifyReply): Promise<void> {
  const { services, limits } = stage;
  const show = shows.get(request) as Show;
  const ended = takePlace(stage, 'sse');
  const { closing, visitors } = services;
  const events = whileAdmitted(visitors, request.raw, show.events);
  await sendEvents({ request, reply, closing, limits, ended, events });
}

async function converse(stage: Stage, socket: LiveSocket, request: FastifyRequest): Promise<void> {
  const { services, limits } = stage;
  const show = shows.get(request) as Show;
  let onEnd = () => {};
  const session = new LiveSession({
    socket,
    requestId: request.id,
    closing: services.closing,
    limits,
    onText: show.onText,
    onEnd: () => onEnd(),
  });
  try {
    onEnd = takePlace(stage, 'websocket');
    const events = whileAdmitted(services.visitors, request.raw, show.events);
    for await (const portion of events(session.signal)) await session.send(portion);
  } catch (error) {
    session.fail(error);
  }
}
