// What connect() can be told, with its defaults.

import type { Codec } from './codecs.ts';
import { codecs } from './codecs.ts';
import { consoleLogger, type Logger, silentLogger } from './logger.ts';
import { parseAddresses } from './net/address.ts';
import type { LinkOptions } from './net/link.ts';

export interface ConnectOptions {
  /** host:port, several by comma or as an array: any of them will do. The port may be left out: 7650. */
  readonly brokers: string | readonly string[];
  /** What the broker's log and lists call this client. */
  readonly clientName?: string | undefined;
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
  /** Bytes given to the socket and not sent yet; default 32 MiB. Further requests wait here. */
  readonly maxUnsentBytes?: number | undefined;
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

/** Throws INVALID_CONFIG where an address is none. */
export function clientSettings(options: ConnectOptions): ClientSettings {
  const { logger, retry } = options;
  return {
    link: {
      addresses: parseAddresses(options.brokers),
      clientName: options.clientName ?? 'millrace-client',
      connectTimeoutMs: options.connectTimeoutMs ?? 5_000,
      requestTimeoutMs: options.requestTimeoutMs ?? 30_000,
      retry: {
        firstDelayMs: retry?.firstDelayMs ?? 50,
        maxDelayMs: retry?.maxDelayMs ?? 5_000,
      },
      maxInFlight: options.maxInFlight ?? 512,
      maxUnsentBytes: options.maxUnsentBytes ?? 32 * 1024 * 1024,
      logger: logger === null ? silentLogger : (logger ?? consoleLogger),
    },
    codec: options.codec ?? codecs.json(),
    waitForBrokerMs: options.waitForBrokerMs ?? 0,
    metadataMaxAgeMs: options.metadataMaxAgeMs ?? 300_000,
  };
}
