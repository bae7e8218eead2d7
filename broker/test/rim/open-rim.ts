// A server for tests with handlers that the test writes: the whole rim on free ports, no shard behind it.

import { setTimeout as sleep } from 'node:timers/promises';
import { defaultsOf, openLog } from '@millrace/options';
import { MillraceError } from '@millrace/protocol';
import type { HandledApiName, Handler, Handlers } from '../../src/handlers/handler.ts';
import type { Troubles } from '../../src/health/readiness.ts';
import type { Login } from '../../src/login/open-login.ts';
import type { NamedSamples } from '../../src/metrics/sample-shard.ts';
import { ShardMetrics, type ShardSample } from '../../src/metrics/shard-metrics.ts';
import type { Pressure } from '../../src/net/pressure.ts';
import { type BrokerOptions, OPTIONS } from '../../src/options/table.ts';
import { Server } from '../../src/server.ts';

export const DEFAULTS: BrokerOptions = defaultsOf(OPTIONS);

export interface RimParts {
  readonly handlers?: Partial<Handlers>;
  readonly options?: Partial<BrokerOptions>;
  readonly pressure?: Pressure;
  readonly sample?: () => ShardSample;
  readonly troubles?: Troubles;
  readonly login?: Login;
}

export interface Rim {
  readonly port: number;
  readonly adminUrl: string;
  readonly server: Server;
  readonly metrics: ShardMetrics;
  /** Log lines so far, parsed. */
  readonly lines: Record<string, unknown>[];
  /** The value of one line of /metrics. */
  readonly metric: (line: string) => Promise<number | undefined>;
}

export const EMPTY_SAMPLE: ShardSample = {
  topics: 0,
  partitions: 0,
  consumerGroups: 0,
  shareGroups: 0,
  quarantinedBatches: 0,
  schedulesFailing: 0,
  isCommitQueueFull: false,
  storeFileBytes: 0,
  storeJournalBytes: 0,
  storeFreeBytes: 0,
  storeReusableBytes: 0,
  storeReserveBytes: 0,
  isStoreFull: false,
};

const NO_NAMES: NamedSamples = { queues: [], topics: [], lags: [], members: [] };
const NEVER_FULL: Pressure = { isFull: false, whenRoom: async () => undefined };

export async function openRim(parts: RimParts = {}): Promise<Rim> {
  const lines: Record<string, unknown>[] = [];
  const sink = { write: (line: string) => void lines.push(JSON.parse(line)) };
  const { log } = openLog({ level: 'debug', format: 'json', sink });
  const metrics = new ShardMetrics();
  const options = { ...DEFAULTS, port: 0, adminPort: 0, ...parts.options };
  const server = new Server({ options, version: '0.0.0', shardMetrics: metrics, log });
  const admin = await server.openAdmin();
  const adminUrl = `http://127.0.0.1:${admin.port}`;
  const { port } = await server.serve({
    handlers: fill(parts.handlers ?? {}),
    pressure: parts.pressure ?? NEVER_FULL,
    instanceId: 'instance-of-test',
    nowMs: () => 1_700_000_000_000,
    troubles: parts.troubles ?? (() => []),
    ...(parts.login && { login: parts.login }),
    sample: parts.sample ?? (() => EMPTY_SAMPLE),
    named: () => NO_NAMES,
  });
  return {
    port,
    adminUrl,
    server,
    metrics,
    lines,
    metric: async (name) => {
      const text = await (await fetch(`${adminUrl}/metrics`)).text();
      const line = text.split('\n').find((one) => one.startsWith(`${name} `));
      return line === undefined ? undefined : Number(line.slice(name.length + 1));
    },
  };
}

/** An API that the test did not write says so. */
function fill(handlers: Partial<Handlers>): Handlers {
  return new Proxy(handlers, {
    get: (target, name: HandledApiName) =>
      target[name] ??
      (() => {
        throw new MillraceError('INVALID_REQUEST', `no handler for ${name} in this test`);
      }),
  }) as Handlers;
}

/** Waits until the condition holds. */
export async function until(holds: () => boolean | Promise<boolean>, what: string): Promise<void> {
  const deadline = performance.now() + 20_000;
  while (!(await holds())) {
    if (performance.now() > deadline) throw new Error(`waited in vain: ${what}`);
    await sleep(2);
  }
}

/** A handler whose calls wait until the test answers them. */
export function held<N extends HandledApiName>() {
  type Call = {
    readonly context: Parameters<Handler<N>>[1];
    readonly resolve: (value: Awaited<ReturnType<Handler<N>>>) => void;
    readonly reject: (error: Error) => void;
  };
  const calls: Call[] = [];
  const handler = ((_request, context) =>
    new Promise((resolve, reject) => {
      const stop = context.signal.onCancel(reject);
      calls.push({
        context,
        resolve: (value) => {
          stop();
          resolve(value);
        },
        reject,
      });
    })) as Handler<N>;
  return { calls, handler };
}
