// What routes and SQS actions work with. Nothing here outlives a restart, and a second gateway needs none of it.

import type { IncomingMessage } from 'node:http';
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type { Client, LeasedMessage, Producer, ReceiveOptions } from '@millrace/client';
import type {
  FastifyBaseLogger,
  FastifyInstance,
  RawReplyDefaultExpression,
  RawRequestDefaultExpression,
  RawServerDefault,
} from 'fastify';
import type { WaitingCallers } from './http/waiting-callers.ts';
import type { GatewayMetrics } from './metrics/gateway-metrics.ts';
import type { GroupQueues } from './receiver/group-queues.ts';
import type { SessionToken } from './visitors/session-cookie.ts';
import type { Shown } from './visitors/shown.ts';

/** The HTTP server, with types of requests and replies from their schemas. */
export type App = FastifyInstance<
  RawServerDefault,
  RawRequestDefaultExpression,
  RawReplyDefaultExpression,
  FastifyBaseLogger,
  TypeBoxTypeProvider
>;

/** Receives that may wait, over connections of their own: one connection has a limit of waiting requests. */
export interface Receiver {
  /** As `Queue.receive`; values are bytes. */
  receive(group: string, options: ReceiveOptions): Promise<LeasedMessage<Uint8Array>[]>;
}

/** Whoever waits for an answer. */
export interface Caller {
  /** It hung up, or the gateway begins to shut down. */
  readonly isGivenUp: boolean;
  /** Aborted when it is given up. */
  readonly signal: AbortSignal;
  /** To be done where it hangs up before all of the answer is on its way. */
  ifUnsent(undo: () => void): void;
}

/** What is done in the name of one user, or of everybody where nobody is asked. */
export interface Session {
  /** Empty: nobody is asked. */
  readonly user: string;
  /** For all that does not wait. */
  readonly client: Client;
  /** One for all routes, so that sends of one moment share batches. Values are bytes. */
  readonly producer: Producer<Uint8Array>;
  readonly receiver: Receiver;
  /** For what does not wait. */
  readonly queues: GroupQueues;
  /** Aborted when the gateway begins to shut down: what waits gives up. */
  readonly closing: AbortSignal;
}

export interface Services {
  /** That of whoever sent the request, which was let in. */
  readonly sessionOf: (request: IncomingMessage) => Session;
  /** Undefined: nobody is asked who they are. */
  readonly visitors: Visitors | undefined;
  /** Aborted when the gateway begins to shut down: what waits gives up. */
  readonly closing: AbortSignal;
  /** Those that are given up then. */
  readonly waiting: WaitingCallers;
  readonly metrics: GatewayMetrics;
}

/** Who has logged in with a page, and what its cookie is to hold. */
export interface Login {
  readonly user: string;
  readonly session: SessionToken;
  /** It ends then, ms since 1970. */
  readonly untilMs: number;
}

/** Asks who sends a request, and lets in whom the broker knows. */
export interface Visitors {
  /** By its Authorization header, its cookie or its client certificate. Throws HttpProblem, MillraceError. */
  admit(request: IncomingMessage): Promise<void>;
  /** Before its body is read: whether it is signed as far as its head tells, with a key that somebody has. Throws as `admitSigned`. */
  expectSigned(request: IncomingMessage, url: string): Promise<void>;
  /** By its signature. Throws SqsError, MillraceError. `url` is that of the request line. */
  admitSigned(request: IncomingMessage, url: string, body: Buffer): Promise<void>;
  /** Lets the request in by what it says rather than shows. Throws HttpProblem where nobody is known by it, and MillraceError. */
  login(shown: Shown, request: IncomingMessage): Promise<Login>;
  /** What was made for the login is taken away; undefined: nothing was. Throws MillraceError. */
  logout(session: SessionToken | undefined): Promise<void>;
  /** Calls back once, when whoever sent the request may ask no more; until the function returned is called. */
  watch(request: IncomingMessage, onEnd: (why: Error) => void): () => void;
  /** Its answer is over. */
  dismiss(request: IncomingMessage): void;
}
