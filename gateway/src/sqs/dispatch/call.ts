// What handlers learn of a request beside its input. Everything is found when it is asked for: most calls ask for little,
// and none pays for a signal that it does not wait with.

import type { IncomingMessage } from 'node:http';
import type { TLSSocket } from 'node:tls';
import type { Caller } from '../../services.ts';
import type { SqsCall } from '../handler.ts';
import { type CredentialScope, scopeOf } from '../sign/credential.ts';

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
  readonly settings: CallSettings;
  readonly caller: Caller;
}

const REGION = /^[a-z0-9-]{1,64}$/;

export class Call implements SqsCall {
  readonly requestId: string;
  readonly protocol: 'json' | 'query';
  private readonly sources: CallSources;
  private known: { readonly scope: CredentialScope | undefined } | undefined;

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

  get isGivenUp(): boolean {
    return this.sources.caller.isGivenUp;
  }

  get signal(): AbortSignal {
    return this.sources.caller.signal;
  }

  ifUnsent(undo: () => void): void {
    this.sources.caller.ifUnsent(undo);
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
