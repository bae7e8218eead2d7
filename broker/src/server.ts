// The rim of the broker around its handlers: sockets, dispatch, admin pages, metrics, and how all of it stops.
// It knows no shard and no store: whoever has handlers can be served.

import { randomBytes } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import { type LoadedTls, type Log, readTls, TlsReloader } from '@millrace/options';
import { MillraceError, type ResponseInput } from '@millrace/protocol';
import { AboutBroker } from './about/about-broker.ts';
import { type AdminServer, openAdminServer } from './admin/admin-server.ts';
import { metricsReaders } from './admin/metrics-readers.ts';
import { Dispatch } from './dispatch/dispatch.ts';
import { NewestConnections } from './dispatch/newest-connections.ts';
import type { Handlers } from './handlers/handler.ts';
import { HEAP_NOW, ProcessWatch } from './health/process-watch.ts';
import { type Readiness, readinessOf, type Trouble, type Troubles } from './health/readiness.ts';
import { type Login, OPEN_TO_ALL } from './login/open-login.ts';
import { createBrokerRegistry } from './metrics/registry.ts';
import { NetMetrics, RequestMetrics } from './metrics/request-metrics.ts';
import type { NamedSamples } from './metrics/sample-shard.ts';
import type { ShardMetrics, ShardSample } from './metrics/shard-metrics.ts';
import { Listener } from './net/listener.ts';
import type { Pressure } from './net/pressure.ts';
import { BROKER_TLS_FLAGS, type BrokerOptions, tlsPathsOf } from './options/table.ts';

/** What is behind the rim. */
export interface Backend {
  readonly handlers: Handlers;
  readonly pressure: Pressure;
  readonly instanceId: string;
  readonly sample: () => ShardSample;
  readonly named: () => NamedSamples;
  readonly nowMs: () => number;
  /** Why nothing should be produced here now. */
  readonly troubles: Troubles;
  /** Who may come in; absent: everybody. */
  readonly login?: Login;
}

export interface ServerSources {
  readonly options: BrokerOptions;
  readonly version: string;
  readonly shardMetrics: ShardMetrics;
  readonly moreMetrics?: () => Promise<string>;
  readonly log: Log;
}

/** How often a shutdown looks whether the running requests are answered. */
const DRAIN_CHECK_MS = 5;
const PHASE_TEXTS = {
  starting: 'The data directory is being opened.',
  stopping: 'The broker is shutting down.',
};

/** First only the admin pages are up; `serve` opens the protocol's port. */
export class Server {
  readonly #sources: ServerSources;
  readonly #requests = new RequestMetrics();
  readonly #net = new NetMetrics();
  #admin: AdminServer | undefined;
  #listener: Listener | undefined;
  #dispatch: Dispatch | undefined;
  #backend: Backend | undefined;
  readonly #watch: ProcessWatch;
  readonly #about: AboutBroker;
  #phase: 'starting' | 'serving' | 'stopping' = 'starting';
  #tls: LoadedTls | undefined;
  #reloader: TlsReloader | undefined;

  constructor(sources: ServerSources) {
    this.#sources = sources;
    const { options, log, version, shardMetrics: shard } = sources;
    const nowMs = () => performance.now();
    this.#watch = new ProcessWatch(options, { nowMs, heap: HEAP_NOW, log });
    this.#about = new AboutBroker({
      version,
      options,
      requests: this.#requests,
      net: this.#net,
      shard,
      watch: this.#watch,
      readiness: () => this.#readiness(),
    });
  }

  /** Throws StartError `addressTaken`, or `badOption` where TLS cannot be had. */
  async openAdmin(): Promise<AddressInfo> {
    this.#openTls();
    const { options, version, shardMetrics, moreMetrics, log } = this.#sources;
    const readiness = () => this.#readiness();
    this.#watch.start();
    this.#about.start();
    const metrics = createBrokerRegistry({
      version,
      requests: this.#requests,
      net: this.#net,
      shard: shardMetrics,
      watch: this.#watch,
      isReady: () => readiness().isReady,
      sample: () => this.#backend?.sample(),
      named: () => this.#backend?.named(),
      more: moreMetrics,
    });
    const host = options.adminHost === '' ? options.host : options.adminHost;
    const mayReadMetrics = metricsReaders(options, () => this.#backend?.login);
    const sources = { readiness, metrics, log, tls: this.#tls?.context, mayReadMetrics };
    this.#admin = await openAdminServer(host, options.adminPort, sources);
    return this.#admin.address;
  }

  /** Throws StartError `addressTaken`. */
  async serve(backend: Backend): Promise<AddressInfo> {
    const { options, version, log } = this.#sources;
    this.#backend = backend;
    const { instanceId, nowMs, handlers, login = OPEN_TO_ALL } = backend;
    const newest = new NewestConnections();
    const hello = { brokerVersion: version, instanceId, limits: options, nowMs, newest, ...login };
    this.#dispatch = new Dispatch({ handlers, hello, metrics: this.#requests, log });
    this.#listener = new Listener(options, {
      dispatch: this.#dispatch,
      pressure: backend.pressure,
      metrics: this.#net,
      log,
      processId: randomBytes(6).toString('base64url'),
      tls: this.#tls?.context,
    });
    const address = await this.#listener.listen();
    this.#phase = 'serving';
    return address;
  }

  /** Throws SHUTTING_DOWN where nothing is served any more. */
  describe(): ResponseInput<'DescribeBroker'> {
    if (this.#backend === undefined) throw new MillraceError('SHUTTING_DOWN');
    return this.#about.describe(this.#backend);
  }

  #readiness(): Readiness {
    const phase = (): readonly Trouble[] =>
      this.#phase === 'serving' ? [] : [{ code: this.#phase, text: PHASE_TEXTS[this.#phase] }];
    const backend = () => this.#backend?.troubles() ?? [];
    return readinessOf([phase, backend, () => this.#watch.troubles()]);
  }

  /** Looks at the files of TLS now. */
  reloadTls(): void {
    this.#reloader?.look();
  }

  #openTls(): void {
    const { options, log } = this.#sources;
    const paths = tlsPathsOf(options);
    const loaded = readTls(BROKER_TLS_FLAGS, paths);
    if (loaded === undefined) return;
    this.#tls = loaded;
    const apply = (context: LoadedTls['context'], isTrustChanged: boolean) => {
      this.#listener?.useTls(context, isTrustChanged);
      this.#admin?.useTls(context);
    };
    this.#reloader = new TlsReloader({ flags: BROKER_TLS_FLAGS, paths, loaded, log, apply });
  }

  /** Accepts nothing new, ends what waits, answers what runs, closes all connections. Admin pages stay. */
  async drain(): Promise<void> {
    this.#phase = 'stopping';
    this.#dispatch?.stop();
    this.#listener?.stopAccepting();
    this.#listener?.cancelWaiting(new MillraceError('SHUTTING_DOWN'));
    while (this.#requests.inFlight > 0) {
      await new Promise((resolve) => setTimeout(resolve, DRAIN_CHECK_MS));
    }
    await this.#listener?.endConnections();
  }

  async close(): Promise<void> {
    this.#phase = 'stopping';
    this.#watch.stop();
    this.#about.stop();
    this.#backend = undefined;
    this.#reloader?.close();
    this.#listener?.stopAccepting();
    this.#listener?.destroyConnections();
    await this.#admin?.close();
  }
}
