// Looks at the files of a server's TLS now and then, and hands them on when they have changed and work. A bad file leaves
// the old ones in force: it is said once, not at every look.

import type { Log } from '../process/log.ts';
import { DAY } from '../units.ts';
import {
  type LoadedTls,
  readTls,
  type TlsContext,
  type TlsFlags,
  type TlsPaths,
} from './read-tls.ts';

export interface TlsReloaderSources {
  readonly flags: TlsFlags;
  readonly paths: TlsPaths;
  /** What is in force already. */
  readonly loaded: LoadedTls;
  readonly log: Log;
  /**
   * New connections are to be made with it; those that are open keep what they have. Where others are trusted now than before,
   * those with a certificate have to go.
   */
  readonly apply: (context: TlsContext, isTrustChanged: boolean) => void;
}

const LOOK_EVERY_MS = 10_000;
/** From so long before the end of a certificate on it is said, once a day. */
const EXPIRY_WARNING_MS = 14 * DAY;

export class TlsReloader {
  readonly #sources: TlsReloaderSources;
  readonly #timer: NodeJS.Timeout;
  #loaded: LoadedTls;
  /** What was said last, so that it is said once. */
  #fault = '';
  #warnedAtMs = Number.NEGATIVE_INFINITY;

  constructor(sources: TlsReloaderSources) {
    this.#sources = sources;
    this.#loaded = sources.loaded;
    this.#timer = setInterval(() => this.look(), LOOK_EVERY_MS).unref();
    this.#warnOfExpiry();
  }

  /** When the certificate in force ends, ms since 1970. */
  get expiresAtMs(): number {
    return this.#loaded.expiresAtMs;
  }

  /** Takes what is in the files, if it is new and works. */
  look(): void {
    const { flags, paths, log, apply } = this.#sources;
    try {
      const loaded = readTls(flags, paths);
      if (loaded === undefined) return;
      this.#fault = '';
      if (loaded.fingerprint !== this.#loaded.fingerprint) {
        apply(loaded.context, loaded.trust !== this.#loaded.trust);
        this.#loaded = loaded;
        this.#warnedAtMs = Number.NEGATIVE_INFINITY;
        const expiresAt = new Date(loaded.expiresAtMs).toISOString();
        log.info(
          { event: 'tls_reloaded', certificate: loaded.certificate, expiresAt },
          'Certificate and key were read again; new connections use them.',
        );
      }
    } catch (error) {
      const fault = error instanceof Error ? error.message : String(error);
      if (fault === this.#fault) return;
      this.#fault = fault;
      log.error(
        { err: error, event: 'tls_reload_failed' },
        'Certificate and key were read again and do not work: the old ones stay in force.',
      );
    }
    this.#warnOfExpiry();
  }

  close(): void {
    clearInterval(this.#timer);
  }

  #warnOfExpiry(): void {
    const nowMs = Date.now();
    const { expiresAtMs, certificate } = this.#loaded;
    if (expiresAtMs - nowMs > EXPIRY_WARNING_MS || nowMs - this.#warnedAtMs < DAY) return;
    this.#warnedAtMs = nowMs;
    this.#sources.log.warn(
      { event: 'tls_expiry', certificate, expiresAt: new Date(expiresAtMs).toISOString() },
      expiresAtMs < nowMs ? 'The certificate has expired.' : 'The certificate expires soon.',
    );
  }
}
