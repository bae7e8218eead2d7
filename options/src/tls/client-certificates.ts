// Connections that were opened with a certificate: each ends with its certificate, and all of them when it changes whom
// the server trusts. What a certificate allows is others' to say.

import type { TLSSocket } from 'node:tls';
import { LineSums } from '../process/line-sums.ts';
import type { Log } from '../process/log.ts';

/** How often what ends by time is looked for. */
const LOOK_EVERY_MS = 1_000;

export class ClientCertificates {
  /** When the certificate of each connection ends, ms since 1970. */
  readonly #ends = new Map<TLSSocket, number>();
  readonly #refused: LineSums<{
    readonly code: string;
    readonly remoteAddress: string | undefined;
  }>;
  #timer: NodeJS.Timeout | undefined;

  constructor(log: Log) {
    this.#refused = new LineSums((fields, failures) => {
      log.warn(
        { event: 'tls_certificate_refused', ...fields, failures },
        'A client showed a certificate that does not hold.',
      );
    });
  }

  /** Connections with a certificate that holds. */
  get size(): number {
    return this.#ends.size;
  }

  /** Hands were shaken with it. */
  watch(socket: TLSSocket): void {
    const certificate = socket.getPeerX509Certificate();
    if (certificate === undefined) return;
    if (!socket.authorized) {
      // Node.js gives the code of OpenSSL here, whatever its types say.
      const code = String(socket.authorizationError);
      const { remoteAddress } = socket;
      this.#refused.add(code, { code, remoteAddress });
      return;
    }
    this.#ends.set(socket, Date.parse(certificate.validTo));
    socket.once('close', () => this.#forget(socket));
    this.#timer ??= setInterval(() => this.endExpired(Date.now()), LOOK_EVERY_MS).unref();
  }

  /** Cuts those whose certificate has ended. */
  endExpired(nowMs: number): void {
    for (const [socket, endsAtMs] of this.#ends) if (nowMs >= endsAtMs) socket.destroy();
  }

  /** Cuts all: whoever is still trusted connects again. */
  endAll(): void {
    for (const socket of this.#ends.keys()) socket.destroy();
  }

  close(): void {
    this.#refused.close();
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  #forget(socket: TLSSocket): void {
    this.#ends.delete(socket);
    if (this.#ends.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }
}
