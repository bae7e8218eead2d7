// What handlers learn of a request beside its input. Everything is found when it is asked for: most calls ask for little,
// and none pays for a signal that it does not wait with.

import type { IncomingMessage, ServerResponse } from 'node:http';
import type { TLSSocket } from 'node:tls';
import type { SqsCall } from '../handler.ts';
import { type CredentialScope, scopeOf } from '../sign/credential.ts';
import type { WaitingCalls } from './waiting-calls.ts';

/** What all calls of a gateway have in common. */
export interface CallSettings {
  readonly sqsRegion: string;
  readonly sqsAccount: string;
  /** Empty: queue URLs begin as the caller reached the gateway. */
  readonly sqsPublicUrl: string;
}

export interface CallSources {
  readonly requestId: string;
  readonly protocol: 'json' | 'query';
  /** As it stood in the request line. */
  readonly url: string;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly settings: CallSettings;
  readonly waiting: WaitingCalls;
}

const REGION = /^[a-z0-9-]{1,64}$/;

export class Call implements SqsCall {
  readonly requestId: string;
  readonly protocol: 'json' | 'query';
  private readonly sources: CallSources;
  private known: { readonly scope: CredentialScope | undefined } | undefined;
  private controller: AbortController | undefined;
  private giveUp: (() => void) | undefined;

  constructor(sources: CallSources) {
    this.requestId = sources.requestId;
    this.protocol = sources.protocol;
    this.sources = sources;
  }

  get account(): string {
    return this.sources.settings.sqsAccount;
  }

  get region(): string {
    const region = this.scope?.region;
    return region !== undefined && REGION.test(region) ? region : this.sources.settings.sqsRegion;
  }

  get sender(): string {
    return this.scope?.accessKeyId ?? this.account;
  }

  get traceHeader(): string | undefined {
    const value = this.sources.request.headers['x-amzn-trace-id'];
    return typeof value === 'string' && value !== '' ? value : undefined;
  }

  get baseUrl(): string {
    const { settings, request } = this.sources;
    if (settings.sqsPublicUrl !== '') return settings.sqsPublicUrl.replace(/\/+$/, '');
    const { encrypted = false, localAddress, localPort } = request.socket as Partial<TLSSocket>;
    const host = request.headers.host ?? hostOf(localAddress, localPort);
    return `${encrypted ? 'https' : 'http'}://${host}`;
  }

  /** Costs something from the first look on; `end` lets go of it. */
  get signal(): AbortSignal {
    if (this.controller === undefined) {
      const controller = new AbortController();
      this.controller = controller;
      this.sources.waiting.add(controller);
      if (this.isCallerGone) controller.abort();
      else this.watch(() => controller.abort());
    }
    return this.controller.signal;
  }

  /** By the socket: of requests that came in one go, only the first has a response with a socket. */
  get isCallerGone(): boolean {
    const { destroyed, readableEnded } = this.sources.request.socket;
    return destroyed || readableEnded;
  }

  /** By the socket: a response that stands behind others of its connection does not hear of its end. */
  ifUnsent(undo: () => void): void {
    const { request, response } = this.sources;
    const { socket } = request;
    socket.once('close', undo);
    response.once('finish', () => socket.off('close', undo));
  }

  end(): void {
    const { request, waiting } = this.sources;
    if (this.controller !== undefined) waiting.delete(this.controller);
    if (this.giveUp === undefined) return;
    request.socket.off('close', this.giveUp);
    request.socket.off('end', this.giveUp);
  }

  /** A caller that hangs up ends its sending first, some turns before the socket is closed: long enough to lease messages. */
  private watch(giveUp: () => void): void {
    const { socket } = this.sources.request;
    this.giveUp = giveUp;
    socket.once('close', giveUp);
    socket.once('end', giveUp);
  }

  private get scope(): CredentialScope | undefined {
    if (this.known === undefined) {
      const { request, url } = this.sources;
      this.known = { scope: scopeOf(request.headers.authorization, url) };
    }
    return this.known.scope;
  }
}

/** HTTP/1.0 knows requests without a host. */
function hostOf(address = '127.0.0.1', port = 80): string {
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
}
