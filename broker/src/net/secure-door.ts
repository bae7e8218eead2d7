// TLS in front of the protocol: sockets go in as they were accepted and come out encrypted, with what their certificate says.
// It listens nowhere, and counts those that are still shaking hands.

import type { Socket } from 'node:net';
import { createServer, type Server, TLSSocket } from 'node:tls';
import {
  type ClientAuth,
  ClientCertificates,
  commonNameOf,
  isLoopback,
  LineSums,
  type Log,
  type TlsContext,
} from '@millrace/options';
import type { Transport } from '../login/logins.ts';

export interface SecureDoorSources {
  readonly context: TlsContext;
  readonly clientAuth: ClientAuth;
  /** A handshake that takes longer fails. */
  readonly handshakeTimeout: number;
  readonly log: Log;
  readonly onSecure: (socket: TLSSocket) => void;
  readonly onFailed: () => void;
}

const GRACE_MS = 1_000;

interface Handshake {
  readonly socket: Socket;
  readonly timer: NodeJS.Timeout;
  readonly onGone: () => void;
}

export class SecureDoor {
  readonly #sources: SecureDoorSources;
  readonly #server: Server;
  /** By the other end: what comes out is another object than what went in. */
  readonly #handshaking = new Map<string, Handshake>();
  readonly #certificates: ClientCertificates;
  readonly #failures: LineSums<{
    readonly code: string;
    readonly remoteAddress: string | undefined;
  }>;

  constructor(sources: SecureDoorSources) {
    const { context, clientAuth, handshakeTimeout } = sources;
    this.#sources = sources;
    this.#certificates = new ClientCertificates(sources.log);
    this.#failures = new LineSums((fields, failures) => {
      const line = { event: 'tls_handshake_failed', ...fields, failures } as const;
      sources.log.warn(line, 'A TLS handshake failed.');
    });
    this.#server = createServer({
      ...context,
      handshakeTimeout,
      allowHalfOpen: true,
      requestCert: clientAuth !== 'none',
      // Whoever has none is told so by the protocol, in words.
      rejectUnauthorized: false,
    });
    this.#server.on('secureConnection', (socket) => {
      const handshake = this.#take(remoteEnd(socket));
      if (handshake !== undefined) socket.once('close', handshake.onGone);
      this.#certificates.watch(socket);
      sources.onSecure(socket);
    });
    this.#server.on('tlsClientError', (error, socket) => this.#failed(error, socket));
  }

  get handshakes(): number {
    return this.#handshaking.size;
  }

  /** `onGone` is called when the socket is, perhaps more than once. */
  admit(socket: Socket, onGone: () => void): void {
    const end = remoteEnd(socket);
    const over = () => {
      if (this.#handshaking.get(end) === handshake) {
        this.#take(end);
        this.#sources.onFailed();
      }
      onGone();
    };
    // A socket that is closed in the middle of its handshake does not always say so, nor whose it was.
    const timer = setTimeout(() => {
      socket.destroy();
      over();
    }, this.#sources.handshakeTimeout + GRACE_MS).unref();
    const handshake = { socket, timer, onGone };
    this.#handshaking.set(end, handshake);
    socket.once('close', over);
    this.#server.emit('connection', socket);
  }

  #take(end: string): Handshake | undefined {
    const handshake = this.#handshaking.get(end);
    this.#handshaking.delete(end);
    clearTimeout(handshake?.timer);
    return handshake;
  }

  /** For handshakes from now on. Where others are trusted now, connections with a certificate end. */
  use(context: TlsContext, isTrustChanged: boolean): void {
    this.#server.setSecureContext(context);
    if (isTrustChanged) this.#certificates.endAll();
  }

  /** Ends all handshakes. */
  destroy(): void {
    this.#certificates.close();
    this.#failures.close();
    const begun = [...this.#handshaking.values()];
    this.#handshaking.clear();
    for (const { socket, timer } of begun) {
      clearTimeout(timer);
      socket.destroy();
    }
  }

  #failed(error: Error, socket: TLSSocket): void {
    const handshake = this.#take(remoteEnd(socket));
    socket.destroy();
    // One that does not know any more whose it was is counted when its time is over.
    if (handshake !== undefined) {
      handshake.onGone();
      this.#sources.onFailed();
    }
    const { code = error.message } = error as NodeJS.ErrnoException;
    const { remoteAddress } = socket;
    this.#failures.add('', { code, remoteAddress });
  }
}

function remoteEnd({ remoteAddress, remotePort }: Socket): string {
  return `${remoteAddress} ${remotePort}`;
}

/** What a socket tells of who is behind it. */
export function transportOf(socket: Socket, clientAuth: ClientAuth): Transport {
  const { remoteAddress = '', localAddress } = socket;
  const isLocal = isLoopback(remoteAddress) || remoteAddress === localAddress;
  if (!(socket instanceof TLSSocket)) {
    return { isPrivate: isLocal, lacksCertificate: false, certificateName: undefined };
  }
  return {
    isPrivate: true,
    lacksCertificate: clientAuth === 'required' && !socket.authorized,
    certificateName: clientAuth === 'none' ? undefined : commonNameOf(socket),
  };
}
