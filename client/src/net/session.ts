// A connection after its Hello: calls out, outcomes in. It ends with its connection and never reconnects.

import {
  APIS,
  type ApiName,
  apiByKey,
  type CodecName,
  codecsAvailable,
  decodeError,
  decodeResponse,
  encodeRequest,
  encodeRequestParts,
  MillraceError,
  NO_ERROR,
  type RequestInput,
  type ResponseHeader,
  type ResponseOf,
} from '@millrace/protocol';
import { type Address, formatAddress } from './address.ts';
import { Call } from './call.ts';
import { Connection, type ConnectionOwner, notTheProtocol } from './connection.ts';
import type { Exchange } from './login.ts';
import type { Wire } from './open-socket.ts';
import type { Throttling } from './throttling.ts';
import { Unanswered } from './unanswered.ts';

/** Correlation id of what the broker says unasked. */
const NO_REQUEST = 0;

/** The broker at the other end, as it introduced itself. */
export interface BrokerInfo {
  /** host:port that the client connected to. */
  readonly address: string;
  /** Version of the broker. */
  readonly version: string;
  /** Names the broker's data directory; it never changes. */
  readonly instanceId: string;
  /** Number of the connection, as the broker's log names it. */
  readonly connectionId: number;
  /** Who the connection is; null: the broker asked nobody. */
  readonly user: string | null;
}

/** What Hello says of the client. */
export interface Introduction {
  readonly clientName: string;
  readonly clientVersion: string;
  /** For gateways: the user that the connection acts for, and where that one is. */
  readonly actAs?: string | undefined;
  readonly actFor?: string | undefined;
  /** Names the client, and which of its connections this is: what earlier ones still carry is not done after it. */
  readonly clientId: string;
  readonly connectionNumber: number;
}

/** Limits that the broker announced, by their names in LIMITS. */
export type BrokerLimits = Readonly<Record<string, number>>;

export interface SessionOwner {
  /** Sessions count in it. */
  readonly throttling: Throttling;
  /** Room may have come: a reply was read, or the socket has drained. */
  onRoom(): void;
  onEnd(session: Session, reason: MillraceError): void;
}

export class Session implements ConnectionOwner {
  broker: BrokerInfo;
  limits: BrokerLimits = {};
  /** What the broker takes in batches. */
  codecs: readonly CodecName[] = [];
  /** The broker's clock less ours, ms, as well as Hello tells. */
  clockOffsetMs = 0;
  /** Set once the connection is gone. */
  endReason: MillraceError | undefined;
  /** The broker closed it, without a word, while it owed no reply. */
  wasIdle = false;
  private pausedUntil = 0;
  private readonly connection: Connection;
  private readonly owner: SessionOwner;
  /** Calls that were sent and have no reply, also those whose caller has given up. */
  private readonly unanswered = new Unanswered();
  private readonly versions = new Map<ApiName, number>([['Hello', APIS.Hello.versions.max]]);

  constructor(address: Address, wire: Wire, owner: SessionOwner) {
    this.owner = owner;
    const text = formatAddress(address);
    this.broker = { address: text, version: '', instanceId: '', connectionId: 0, user: null };
    this.connection = new Connection(address, wire, this);
  }

  get inFlight(): number {
    return this.unanswered.size;
  }

  get isWaiting(): boolean {
    return this.unanswered.size > 0;
  }

  /** By performance.now(). */
  get lastHeardAt(): number {
    return this.connection.lastHeardAt;
  }

  /** Since when silence tells something: while the client is beyond its quotas the broker reads nothing, and so answers nothing. */
  get silentSince(): number {
    return Math.max(this.connection.lastHeardAt, this.pausedUntil);
  }

  get unsentBytes(): number {
    return this.connection.unsentBytes;
  }

  calls(): readonly Call[] {
    return this.unanswered.all();
  }

  /** Introduces the client and logs it in. Throws what the broker answers, and AUTHENTICATION_FAILED where it is not trusted. */
  async hello(
    introduction: Introduction,
    exchange: Exchange | undefined,
    timeoutMs: number,
  ): Promise<void> {
    const apis = Object.values(APIS).map(({ key, versions }) => ({
      key,
      versionMin: versions.min,
      versionMax: versions.max,
    }));
    const { mechanism, credentials } = exchange ?? {};
    const body = { ...introduction, apis, codecs: codecsAvailable(), mechanism, credentials };
    const timer = setTimeout(() => {
      const text = `${this.broker.address} did not answer Hello within ${timeoutMs} ms.`;
      this.connection.destroy(new MillraceError('CONNECTION_LOST', text));
    }, timeoutMs);
    try {
      const reply = await this.ask('Hello', body);
      this.learn(reply);
      if (exchange !== undefined) await this.logIn(exchange, reply);
    } finally {
      clearTimeout(timer);
    }
  }

  private async logIn(exchange: Exchange, { challenge }: ResponseOf<'Hello'>): Promise<void> {
    if (challenge === null) {
      exchange.finish(null);
      return;
    }
    const credentials = await exchange.answer(challenge);
    const reply = await this.ask('Authenticate', { credentials });
    exchange.finish(reply.challenge);
    this.broker = { ...this.broker, user: reply.user };
  }

  private ask<N extends ApiName>(api: N, body: RequestInput<N>): Promise<ResponseOf<N>> {
    if (this.endReason !== undefined) return Promise.reject(this.endReason);
    return new Promise<unknown>((resolve, reject) => {
      this.send(new Call(api, body, Number.POSITIVE_INFINITY, {}, resolve, reject));
    }) as Promise<ResponseOf<N>>;
  }

  /** Sends a call; one that cannot be encoded has its outcome at once. */
  send(call: Call): void {
    const correlationId = this.unanswered.takeId();
    let parts: Uint8Array[];
    try {
      const version = this.versionOf(call.api);
      const body = call.body as RequestInput<ApiName>;
      // Batches are the producer's own and do not change: they are sent from where they are.
      parts =
        call.api === 'Produce'
          ? encodeRequestParts(call.api, version, correlationId, body as RequestInput<'Produce'>)
          : [encodeRequest(call.api, version, correlationId, body)];
    } catch (error) {
      call.fail(asMillraceError(error));
      return;
    }
    call.correlationId = correlationId;
    call.state = 'sent';
    call.sentAt = performance.now();
    this.unanswered.add(call);
    for (const part of parts) this.connection.write(part);
  }

  /** Asks the broker to end a waiting call; its own answer is not awaited. */
  cancel(call: Call): void {
    const version = this.versions.get('Cancel');
    if (version === undefined) return;
    const body = { target: call.correlationId };
    this.connection.write(encodeRequest('Cancel', version, this.unanswered.takeId(), body));
  }

  destroy(reason: MillraceError): void {
    this.connection.destroy(reason);
  }

  /** The deadline of a call that was sent has passed; a connection silent since then is dead. */
  overdue(call: Call): void {
    if (call.state === 'sent' && call.canWait) this.cancel(call);
    call.fail(new MillraceError('DEADLINE_EXCEEDED'));
    if (this.silentSince < call.sentAt) {
      const text = `${this.broker.address} has been silent for too long.`;
      this.connection.destroy(new MillraceError('CONNECTION_LOST', text));
    }
  }

  onResponse(header: ResponseHeader): void {
    const call = this.unanswered.take(header.correlationId);
    if (call === undefined) {
      const isUnasked = header.correlationId === NO_REQUEST && header.errorCode !== NO_ERROR;
      if (isUnasked) this.dismissed(header);
      return;
    }
    if (header.errorCode !== NO_ERROR) call.fail(decodeError(header.errorCode, header.fields));
    else if (!call.isSettled) this.succeed(call, header);
    this.owner.onRoom();
  }

  onDrain(): void {
    this.owner.onRoom();
  }

  onEnd(reason: MillraceError): void {
    this.endReason = reason;
    this.wasIdle = !this.isWaiting && reason.cause === undefined;
    for (const call of this.unanswered.all()) call.lose(reason);
    this.unanswered.clear();
    this.owner.onEnd(this, reason);
  }

  /** The broker says why it is about to end the connection. */
  private dismissed({ errorCode, fields }: ResponseHeader): void {
    const cause = decodeError(errorCode, fields);
    const text = `The broker at ${this.broker.address} ended the connection: ${cause.message}`;
    this.connection.destroy(new MillraceError('CONNECTION_LOST', text, {}, { cause }));
  }

  private succeed(call: Call, header: ResponseHeader): void {
    try {
      const version = this.versionOf(call.api);
      const reply = decodeResponse(call.api, version, header.fields);
      this.pausedBy(reply);
      call.succeed(reply);
    } catch (cause) {
      const reason = notTheProtocol(this.connection.address, cause);
      call.lose(reason);
      this.connection.destroy(reason);
    }
  }

  private pausedBy(reply: object): void {
    const { throttleMs = 0 } = reply as { readonly throttleMs?: number };
    if (throttleMs > 0) this.pausedUntil = this.owner.throttling.add(throttleMs, this.pausedUntil);
  }

  private learn(reply: ResponseOf<'Hello'>): void {
    for (const { key, versionMin, versionMax } of reply.apis) {
      const api = apiByKey(key);
      if (api === undefined) continue;
      const ours = APIS[api].versions;
      const version = Math.min(ours.max, versionMax);
      if (version >= Math.max(ours.min, versionMin)) this.versions.set(api, version);
    }
    this.broker = {
      address: this.broker.address,
      version: reply.brokerVersion,
      instanceId: reply.instanceId,
      connectionId: reply.connectionId,
      user: reply.user,
    };
    this.limits = reply.limits;
    this.codecs = reply.codecs;
    this.clockOffsetMs = reply.serverTimeMs - Date.now();
  }

  private versionOf(api: ApiName): number {
    const version = this.versions.get(api);
    if (version !== undefined) return version;
    const text = `The broker at ${this.broker.address} speaks no version of ${api} that this client does.`;
    throw new MillraceError('UNSUPPORTED_VERSION', text);
  }
}

function asMillraceError(error: unknown): MillraceError {
  if (error instanceof MillraceError) return error;
  return new MillraceError(
    'INVALID_REQUEST',
    'The request cannot be encoded.',
    {},
    { cause: error },
  );
}
