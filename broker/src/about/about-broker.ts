// How the broker is, for DescribeBroker: put together from what others know. It watches the last minute; it decides nothing.

import { flagOf, formatValue, type OptionSpec } from '@millrace/options';
import type { ResponseInput } from '@millrace/protocol';
import type { ProcessWatch } from '../health/process-watch.ts';
import type { Readiness } from '../health/readiness.ts';
import { LOOK_EVERY_MS, Minute, type Totals } from '../metrics/minute.ts';
import type { NetMetrics, RequestMetrics } from '../metrics/request-metrics.ts';
import type { ShardMetrics, ShardSample } from '../metrics/shard-metrics.ts';
import { type BrokerOptions, OPTIONS } from '../options/table.ts';

type Description = ResponseInput<'DescribeBroker'>;

export interface AboutSources {
  readonly version: string;
  readonly options: BrokerOptions;
  readonly requests: RequestMetrics;
  readonly net: NetMetrics;
  readonly shard: ShardMetrics;
  readonly watch: ProcessWatch;
  readonly readiness: () => Readiness;
}

/** What is behind the rim, once it is. */
export interface AboutBackend {
  readonly instanceId: string;
  readonly nowMs: () => number;
  readonly sample: () => ShardSample;
}

const BROKER_ID = 0;

export class AboutBroker {
  readonly #sources: AboutSources;
  readonly #minute: Minute;
  readonly #startedMs = performance.now();
  #timer: NodeJS.Timeout | undefined;

  constructor(sources: AboutSources) {
    this.#sources = sources;
    this.#minute = new Minute(() => totalsOf(sources), sources.shard.commitSeconds);
  }

  start(): void {
    this.#minute.look(performance.now());
    this.#timer = setInterval(() => this.#minute.look(performance.now()), LOOK_EVERY_MS).unref();
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  describe({ instanceId, nowMs, sample }: AboutBackend): Description {
    const { version, options, requests, net, readiness } = this.#sources;
    const { isReady, reasons } = readiness();
    const at = nowMs();
    const seen = sample();
    return {
      brokerId: BROKER_ID,
      version,
      nodeVersion: process.version,
      instanceId,
      startedAtMs: Math.max(0, at - Math.round(performance.now() - this.#startedMs)),
      nowMs: at,
      ready: isReady,
      reasons: reasons.map(({ code, text }) => ({ code, text })),
      connections: net.connections,
      requestsInFlight: requests.inFlight,
      topics: seen.topics,
      partitions: seen.partitions,
      consumerGroups: seen.consumerGroups,
      shareGroups: seen.shareGroups,
      storage: this.#storage(seen),
      process: this.#process(),
      rates: this.#rates(),
      options: optionsOf(options),
    };
  }

  #storage(seen: ShardSample): Description['storage'] {
    const { shard } = this.#sources;
    return {
      fileBytes: seen.storeFileBytes,
      journalBytes: seen.storeJournalBytes,
      freeBytes: seen.storeFreeBytes,
      reserveBytes: seen.storeReserveBytes,
      full: seen.isStoreFull,
      commitsPerSecond: this.#minute.rates(performance.now())?.perSecond.commits ?? null,
      commitP50Ms: this.#minute.commitMs(0.5),
      commitP99Ms: this.#minute.commitMs(0.99),
      commitsAborted: shard.commitsAborted,
      quarantinedBatches: seen.quarantinedBatches,
    };
  }

  #process(): Description['process'] {
    const { watch } = this.#sources;
    const { used, limit } = watch.heapNow();
    const micros = this.#minute.rates(performance.now())?.perSecond.cpuMicros;
    return {
      pid: process.pid,
      rssBytes: process.memoryUsage.rss(),
      heapUsedBytes: used,
      heapLimitBytes: limit,
      ...watch.lateness(),
      eventLoopHeldUp: watch.heldUpTotal,
      cpuShare: micros === undefined ? null : micros / 1_000_000,
    };
  }

  #rates(): Description['rates'] {
    const found = this.#minute.rates(performance.now());
    if (found === undefined) return null;
    const { commits: _, cpuMicros: __, ...perSecond } = found.perSecond;
    return { overMs: Math.round(found.overMs), ...perSecond };
  }
}

function totalsOf({ shard, requests }: AboutSources): Totals {
  const { user, system } = process.cpuUsage();
  let answered = requests.unknown.duration.count;
  for (const { duration } of requests.byApi.values()) answered += duration.count;
  return {
    recordsAppended: shard.appendedRecords,
    bytesAppended: shard.appendedBytes,
    recordsFetched: shard.fetchedRecords,
    bytesFetched: shard.fetchedBytes,
    messagesLeased: shard.leasedMessages,
    messagesAcknowledged: shard.acknowledged.get('accept') ?? 0,
    messagesDeadLettered: shard.deadLetters,
    requests: answered,
    commits: shard.commitSeconds.count,
    cpuMicros: user + system,
  };
}

/** What is longer is cut: it is for people, and a reply has its limits. */
const VALUE_CHARACTERS_MAX = 1_000;
/** What an address says before its host may be a password. */
const IN_ADDRESS = /(?<=:\/\/)[^/\s]*@/g;

function optionsOf(options: BrokerOptions): Description['options'] {
  return Object.entries<OptionSpec>(OPTIONS).map(([name, spec]) => {
    const value = options[name as keyof BrokerOptions];
    const text = formatValue(spec, value).replaceAll(IN_ADDRESS, '***@');
    const isDefault = value === spec.fallback;
    return { name: flagOf(name), value: text.slice(0, VALUE_CHARACTERS_MAX), isDefault };
  });
}
