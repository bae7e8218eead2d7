// What connect() can be told, with its defaults.

import { LIMITS } from '@millrace/protocol';
import type { Codec } from './codecs.ts';
import { codecs } from './codecs.ts';
import { consoleLogger, type Logger, silentLogger } from './logger.ts';
import { parseAddresses } from './net/address.ts';
import type { LinkOptions } from './net/link.ts';
import { type Auth, loginOf } from './net/login.ts';
import { type TlsChoice, tlsTerms } from './net/tls.ts';
import {
  integerOption,
  nameOption,
  POSITIVE,
  type Range,
  TIMEOUT_MS,
  TIMER_MS,
} from './options-check.ts';

const ADDRESS_BYTES_MAX = 64;

/** What `connect` can be told. */
export interface ConnectOptions {
  /** host:port, several by comma or as an array: any of them will do. The port may be left out: 7650. */
  readonly brokers: string | readonly string[];
  /** What the broker's log and lists call this client. */
  readonly clientName?: string | undefined;
  /** True: TLS, with the authorities that Node.js trusts. A function is asked for options at each connect. */
  readonly tls?: TlsChoice | undefined;
  /** Who the client is. A broker that asks nobody refuses it with INVALID_REQUEST. */
  readonly auth?: Auth | undefined;
  /** For gateways, which need delegate on the cluster: the user in whose name everything is done. */
  readonly actAs?: string | undefined;
  /** With actAs: the address of that user, for the broker's audit log. */
  readonly actFor?: string | undefined;
  /** For producers, consumers, workers and queues that name none; default JSON. */
  readonly codec?: Codec<unknown> | undefined;
  /** From a request to its outcome, over all attempts, ms; default 30,000. */
  readonly requestTimeoutMs?: number | undefined;
  /** One attempt to connect, ms; default 5,000. */
  readonly connectTimeoutMs?: number | undefined;
  /** connect() keeps trying for this long, ms; default 0: every address once. */
  readonly waitForBrokerMs?: number | undefined;
  /** Pauses before trying again, ms: exponential, with full jitter. Default 50 to 5,000. */
  readonly retry?:
    | { readonly firstDelayMs?: number | undefined; readonly maxDelayMs?: number | undefined }
    | undefined;
  /** Requests that wait for replies at a time; default 512. Further ones wait here. */
  readonly maxInFlight?: number | undefined;
  /** Bytes given to the socket and not sent yet; default 8 MiB. Further requests wait here. */
  readonly maxUnsentBytes?: number | undefined;
  /** Requests that wait here, for room or a connection; default 50,000. Further ones get LIMIT_EXCEEDED. */
  readonly maxQueued?: number | undefined;
  /**
   * Replies are awaited and the broker says nothing for so long: it is asked for a sign of life, which has to come within
   * connectTimeoutMs. Default 10,000.
   */
  readonly pingIdleMs?: number | undefined;
  /**
   * Without a connection for so long, requests fail at once with CONNECTION_LOST, ms: for who may ask elsewhere. Default:
   * they wait for one until their own time is over.
   */
  readonly failOfflineMs?: number | undefined;
  /** Topics are asked for again after this long, ms; default 300,000. */
  readonly metadataMaxAgeMs?: number | undefined;
  /** Ends connect(), nothing later. */
  readonly signal?: AbortSignal | undefined;
  /** Default: warnings and errors go to the console. Null: nothing is said. */
  readonly logger?: Logger | null | undefined;
}

export interface ClientSettings {
  readonly link: LinkOptions;
  readonly codec: Codec<unknown>;
  readonly waitForBrokerMs: number;
  readonly metadataMaxAgeMs: number;
}

/** Throws INVALID_CONFIG where an address is none, or a value is out of its range. */
export function clientSettings(options: ConnectOptions): ClientSettings {
  const { logger, retry } = options;
  const timeout = (field: 'connectTimeoutMs' | 'requestTimeoutMs', fallback: number) =>
    integerOption(field, options[field] ?? fallback, TIMEOUT_MS);
  const time = (field: 'waitForBrokerMs' | 'metadataMaxAgeMs', fallback: number, range: Range) =>
    integerOption(field, options[field] ?? fallback, range);
  const addresses = parseAddresses(options.brokers);
  return {
    link: {
      addresses,
      ...whoSettings(options, addresses),
      clientName: options.clientName ?? 'millrace-client',
      connectTimeoutMs: timeout('connectTimeoutMs', 5_000),
      requestTimeoutMs: timeout('requestTimeoutMs', 30_000),
      retry: {
        firstDelayMs: integerOption('retry.firstDelayMs', retry?.firstDelayMs ?? 50, TIMER_MS),
        maxDelayMs: integerOption('retry.maxDelayMs', retry?.maxDelayMs ?? 5_000, TIMER_MS),
      },
      maxInFlight: integerOption('maxInFlight', options.maxInFlight ?? 512, POSITIVE),
      maxUnsentBytes: integerOption(
        'maxUnsentBytes',
        options.maxUnsentBytes ?? 8 * 1024 * 1024,
        POSITIVE,
      ),
      maxQueued: integerOption('maxQueued', options.maxQueued ?? 50_000, POSITIVE),
      pingIdleMs: integerOption('pingIdleMs', options.pingIdleMs ?? 10_000, TIMEOUT_MS),
      failOfflineMs:
        options.failOfflineMs === undefined
          ? undefined
          : integerOption('failOfflineMs', options.failOfflineMs, TIMER_MS),
      logger: logger === null ? silentLogger : (logger ?? consoleLogger),
    },
    codec: options.codec ?? codecs.json(),
    waitForBrokerMs: time('waitForBrokerMs', 0, TIMER_MS),
    metadataMaxAgeMs: time('metadataMaxAgeMs', 300_000, TIMER_MS),
  };
}

/** How connections are made, and in whose name. */
function whoSettings(
  { tls, auth, actAs, actFor }: ConnectOptions,
  addresses: readonly { readonly host: string }[],
): Pick<LinkOptions, 'tls' | 'login' | 'actAs' | 'actFor'> {
  const { source, isEncrypted, hasCertificate } = tlsTerms(tls);
  const hosts = addresses.map(({ host }) => host);
  if (actAs !== undefined) nameOption('actAs', actAs, LIMITS.userNameBytesMax);
  if (actFor !== undefined) nameOption('actFor', actFor, ADDRESS_BYTES_MAX);
  const login = loginOf(auth, { isEncrypted, hasCertificate, hosts });
  return { tls: source, login, actAs, actFor };
}
