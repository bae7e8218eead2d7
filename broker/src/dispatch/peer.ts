// What dispatch sees of a connection: who it is, what it waits for, and where replies go. No socket shows through.

import type { ApiName, MillraceError } from '@millrace/protocol';
import type { Access } from '../access/access.ts';
import type { ConnectionInfo, RequestContext } from '../handlers/handler.ts';
import type { BegunLogin, Transport } from '../login/logins.ts';
import { CancelToken } from './cancel-token.ts';

export interface Peer {
  readonly info: ConnectionInfo;
  readonly waiting: WaitingRequests;
  readonly transport: Transport;
  /** False until Hello was answered and, where it began a login, that is over. */
  readonly greeted: boolean;
  /**
   * What Hello began and Authenticate ends; `waiting`: others are looked at first; `refused`: it
   * failed, and the connection ends soon.
   */
  login: BegunLogin | 'waiting' | 'refused' | undefined;
  greet(clientName: string, clientVersion: string, access: Access): void;
  /** Sends a whole frame, in parts that must not change any more, after those sent before. */
  send(parts: readonly Uint8Array[]): void;
  /** Sends the error as the last frame, then closes. */
  failWith(correlationId: number, error: MillraceError): void;
}

/** A request between its handler's start and its reply. It is the context that the handler sees. */
export class WaitingRequest implements RequestContext {
  readonly connection: ConnectionInfo;
  readonly api: ApiName;
  readonly apiVersion: number;
  readonly correlationId: number;
  readonly receivedAtMs: number;
  /** Monotonic, for durations. */
  readonly startedMs: number;
  /** Of the request as it came: its memory is kept until the reply. */
  readonly bytes: number;
  #token: CancelToken | undefined;

  constructor(
    connection: ConnectionInfo,
    api: ApiName,
    apiVersion: number,
    correlationId: number,
    receivedAtMs: number,
    startedMs: number,
    bytes: number,
  ) {
    this.connection = connection;
    this.api = api;
    this.apiVersion = apiVersion;
    this.correlationId = correlationId;
    this.receivedAtMs = receivedAtMs;
    this.startedMs = startedMs;
    this.bytes = bytes;
  }

  get signal(): CancelToken {
    this.#token ??= new CancelToken();
    return this.#token;
  }
}

/** The requests of one connection that wait for their reply, by correlation id. */
export class WaitingRequests {
  readonly #byId = new Map<number, WaitingRequest>();
  #bytes = 0;

  get size(): number {
    return this.#byId.size;
  }

  /** Of the requests as they came. */
  get bytes(): number {
    return this.#bytes;
  }

  has(correlationId: number): boolean {
    return this.#byId.has(correlationId);
  }

  add(request: WaitingRequest): void {
    this.#byId.set(request.correlationId, request);
    this.#bytes += request.bytes;
  }

  remove(request: WaitingRequest): void {
    if (this.#byId.delete(request.correlationId)) this.#bytes -= request.bytes;
  }

  /** Does nothing where no such request waits: its reply is on the way. */
  cancel(correlationId: number, reason: MillraceError): void {
    this.#byId.get(correlationId)?.signal.cancel(reason);
  }

  cancelAll(reason: MillraceError): void {
    for (const request of this.#byId.values()) request.signal.cancel(reason);
  }
}
