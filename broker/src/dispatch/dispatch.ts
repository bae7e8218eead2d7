// From the payload of a frame to its reply: header, Hello, API, version, fields, handler, encoding, metrics. The only
// way into the handlers. Whatever a payload holds, and whatever a handler does, it ends in a reply and throws nothing.

import type { Log } from '@millrace/options';
import {
  type ApiName,
  apiByKey,
  decodeRequest,
  decodeRequestHeader,
  encodeErrorResponse,
  encodeResponseParts,
  MillraceError,
  type RequestHeader,
  type RequestOf,
  type ResponseInput,
} from '@millrace/protocol';
import type { Handlers } from '../handlers/handler.ts';
import type { RequestMetrics } from '../metrics/request-metrics.ts';
import { answerAuthenticate, answerHello, type HelloFacts } from './hello.ts';
import { type Peer, WaitingRequest } from './peer.ts';

export interface DispatchSources {
  readonly handlers: Handlers;
  readonly hello: HelloFacts;
  readonly metrics: RequestMetrics;
  readonly log: Log;
}

/** Clocks read once for all payloads of a chunk: wall clock, and a monotonic one for durations. */
export interface ReadAt {
  readonly wallMs: number;
  readonly monotonicMs: number;
}

/** Correlation id of what is said about the connection, not about a request. */
const CONNECTION_ITSELF = 0;

export class Dispatch {
  readonly #handlers: Handlers;
  readonly #hello: HelloFacts;
  readonly #metrics: RequestMetrics;
  readonly #log: Log;
  #stopping = false;

  constructor(sources: DispatchSources) {
    this.#handlers = sources.handlers;
    this.#hello = sources.hello;
    this.#metrics = sources.metrics;
    this.#log = sources.log;
  }

  /** From now on requests are refused with SHUTTING_DOWN. */
  stop(): void {
    this.#stopping = true;
  }

  /** Replies through the peer, in this turn or later. */
  handle(peer: Peer, payload: Uint8Array, at: ReadAt): void {
    let header: RequestHeader;
    try {
      header = decodeRequestHeader(payload);
    } catch (error) {
      this.#metrics.unknown.refused('MALFORMED_FRAME', performance.now() - at.monotonicMs);
      peer.failWith(CONNECTION_ITSELF, asRefusal(error, 'MALFORMED_FRAME'));
      return;
    }
    const api = apiByKey(header.apiKey);
    const fatal = this.#fatalFault(peer, api, header);
    if (fatal !== undefined) {
      this.#countRefusal(api, fatal, at.monotonicMs);
      peer.failWith(header.correlationId, fatal);
      return;
    }
    if (api === undefined) {
      const error = new MillraceError('UNKNOWN_API', `No API has the key ${header.apiKey}.`);
      this.#countRefusal(api, error, at.monotonicMs);
      peer.send([encodeErrorResponse(header.correlationId, error)]);
      return;
    }
    const { correlationId, apiVersion } = header;
    this.#run(
      peer,
      new WaitingRequest(
        peer.info,
        api,
        apiVersion,
        correlationId,
        at.wallMs,
        at.monotonicMs,
        payload.length,
      ),
      header,
    );
  }

  /** What makes the rest of the connection meaningless. */
  #fatalFault(
    peer: Peer,
    api: ApiName | undefined,
    header: RequestHeader,
  ): MillraceError | undefined {
    if (!peer.greeted && !isAwaited(peer, api)) {
      if (peer.login === undefined) return new MillraceError('HELLO_REQUIRED');
      const message = 'This connection has to finish its login before anything else.';
      return new MillraceError('AUTHENTICATION_REQUIRED', message);
    }
    if (!peer.waiting.has(header.correlationId)) return undefined;
    const message = `A request with correlation id ${header.correlationId} waits already.`;
    return new MillraceError('INVALID_REQUEST', message, { field: 'correlationId' });
  }

  #run(peer: Peer, request: WaitingRequest, header: RequestHeader): void {
    let reply: unknown;
    try {
      reply = this.#call(peer, request, header);
    } catch (error) {
      this.#refuse(peer, request, error);
      return;
    }
    if (!(reply instanceof Promise)) {
      this.#answer(peer, request, reply);
      return;
    }
    peer.waiting.add(request);
    this.#metrics.inFlight += 1;
    void this.#answerLater(peer, request, reply);
  }

  async #answerLater(peer: Peer, request: WaitingRequest, reply: Promise<unknown>): Promise<void> {
    let value: unknown;
    let fault: { readonly error: unknown } | undefined;
    try {
      value = await reply;
    } catch (error) {
      fault = { error };
    }
    peer.waiting.remove(request);
    this.#metrics.inFlight -= 1;
    if (fault === undefined) this.#answer(peer, request, value);
    else this.#refuse(peer, request, fault.error);
  }

  #call(peer: Peer, request: WaitingRequest, header: RequestHeader): unknown {
    const { api, apiVersion } = request;
    // Refuses versions that the API does not have.
    const fields = decodeRequest(api, apiVersion, header.fields);
    if (api === 'Cancel') {
      const { target } = fields as RequestOf<'Cancel'>;
      peer.waiting.cancel(target, new MillraceError('CANCELLED'));
      return {};
    }
    if (this.#stopping) throw new MillraceError('SHUTTING_DOWN');
    if (api === 'Hello') {
      return answerHello(fields as RequestOf<'Hello'>, peer, this.#hello, request.signal);
    }
    if (api === 'Authenticate') {
      const message = fields as RequestOf<'Authenticate'>;
      return answerAuthenticate(message, peer, this.#hello, request.signal);
    }
    const handler = this.#handlers[api] as (fields: object, context: WaitingRequest) => unknown;
    return handler(fields, request);
  }

  #answer(peer: Peer, request: WaitingRequest, reply: unknown): void {
    const { api, apiVersion, correlationId } = request;
    let parts: Uint8Array[];
    try {
      parts = encodeResponseParts(api, apiVersion, correlationId, reply as ResponseInput<ApiName>);
    } catch (error) {
      this.#refuse(peer, request, badReply(error));
      return;
    }
    this.#metrics.of(api).answered(performance.now() - request.startedMs);
    peer.send(parts);
  }

  #refuse(peer: Peer, request: WaitingRequest, error: unknown): void {
    const refusal = asRefusal(error, 'INTERNAL');
    if (!(error instanceof MillraceError) || error.code === 'INTERNAL') {
      const { connectionId, clientName } = peer.info;
      const { api, apiVersion, correlationId } = request;
      const asked = { api, apiVersion, correlationId, connectionId, clientName };
      this.#log.error(
        { event: 'request_fault', err: error, ...asked },
        'A request met a fault of the broker.',
      );
    }
    this.#countRefusal(request.api, refusal, request.startedMs);
    if (!peer.greeted && (peer.login !== undefined || request.api === 'Authenticate')) {
      peer.failWith(request.correlationId, refusal);
      return;
    }
    peer.send([encodeErrorResponse(request.correlationId, refusal)]);
  }

  #countRefusal(api: ApiName | undefined, error: MillraceError, startedMs: number): void {
    const metrics = api === undefined ? this.#metrics.unknown : this.#metrics.of(api);
    metrics.refused(error.code, performance.now() - startedMs);
  }
}

/** What a connection has to say next, before it is anybody's. */
function isAwaited({ login }: Peer, api: ApiName | undefined): boolean {
  if (login === undefined) return api === 'Hello';
  return login !== 'refused' && api === 'Authenticate';
}

/** What the client is told. Of a fault of ours it learns no more than that there was one. */
function asRefusal(error: unknown, code: 'INTERNAL' | 'MALFORMED_FRAME'): MillraceError {
  return error instanceof MillraceError ? error : new MillraceError(code);
}

/** A reply that does not encode is our fault, whatever the encoder calls it; one that is too long is the request's. */
function badReply(error: unknown): Error {
  if (error instanceof MillraceError && error.code === 'FRAME_TOO_LARGE') {
    const message = 'The reply would not fit in a frame: ask for less at a time.';
    return new MillraceError('LIMIT_EXCEEDED', message, { limit: error.detail.limit });
  }
  return new Error('the reply does not fit its declaration', { cause: error });
}
