// A simulated world: the whole broker and real clients as simulated processes, on a simulated network and a disk that keeps
// what was committed. It does to them what it is told, and counts it.

import { type Client, connect } from '@millrace/client';
import { Random } from '@millrace/harness';
import { defaultsOf } from '@millrace/options';
import { FlushUnknownError, MemoryStore } from '@millrace/storage';
import { type Fault, FaultyStore } from '@millrace/storage/testing';
import { openBroker } from '../../broker/src/broker.ts';
import { OPTIONS } from '../../broker/src/options/table.ts';
import { measureAgain, stopMeasuring } from './measuring.ts';
import { Network } from './network.ts';
import { usePlatform } from './platform.ts';
import { type Process, Scheduler } from './scheduler.ts';

export const BROKER = '127.0.0.1:7650';
const OPTIONS_OF_BROKER = {
  ...defaultsOf(OPTIONS),
  leaseRestartGrace: 100,
  storageReserve: 0,
  retentionCheckInterval: 1_000,
};
const NEVER = new Promise<void>(() => undefined);
const COMMIT_MS_MAX = 8;
const START_MS_MAX = 300;

/** What the simulation did to the world. */
export interface Blows {
  kills: number;
  powerCuts: number;
  abortedCommits: number;
  unknownFlushes: number;
  clientKills: number;
  freezes: number;
  isolations: number;
  cuts: number;
  deafened: number;
  clockJumps: number;
}

type Log = Parameters<typeof openBroker>[1]['log'];

export class World {
  readonly scheduler: Scheduler;
  readonly network: Network;
  readonly random: Random;
  readonly blows: Blows = {
    kills: 0,
    powerCuts: 0,
    abortedCommits: 0,
    unknownFlushes: 0,
    clientKills: 0,
    freezes: 0,
    isolations: 0,
    cuts: 0,
    deafened: 0,
    clockJumps: 0,
  };
  /** What must not happen, in words. */
  readonly complaints: string[] = [];
  readonly clients: Process[] = [];
  abortPercent = 0;
  unknownPercent = 0;
  isCalm = true;
  private readonly disk: MemoryStore;
  private store: FaultyStore;
  private broker: Process;
  private lives = 0;

  /** `disk`: what keeps the commits; one that lies is to be found out. */
  constructor(seed: number, disk = new MemoryStore()) {
    this.disk = disk;
    this.random = new Random(seed);
    const free = this.random.fork();
    this.scheduler = new Scheduler(() => free.next());
    this.network = new Network(this.scheduler, this.random.fork());
    this.store = this.newStore();
    this.broker = this.scheduler.process('broker-0');
    const openStore = () => {
      this.store = this.newStore();
      return this.store;
    };
    usePlatform({ network: this.network, random: () => free.next(), openStore });
    this.scheduler.install();
    stopMeasuring();
  }

  /** The world is over: nothing of it runs any more. */
  end(): void {
    measureAgain();
    this.scheduler.uninstall();
    usePlatform(undefined);
  }

  startBroker(): void {
    this.broker = this.scheduler.process(`broker-${this.lives}`);
    this.lives += 1;
    const owner = this.broker;
    const log = this.logOf(owner);
    const sources = {
      version: '0.0.0',
      log,
      announce: () => undefined,
      onHangup: () => undefined,
      moreMetrics: async () => '',
      onFatal: (error: Error) => this.died(owner, error),
    };
    this.scheduler.schedule(owner, this.random.between(0, START_MS_MAX), () => {
      openBroker(OPTIONS_OF_BROKER, sources).catch((error: unknown) =>
        this.complaints.push(`the broker did not start: ${String(error)}`),
      );
    });
  }

  /** kill -9, or the power fails; then it starts again. What was handed to the disk and not yet answered may be there. */
  async killBroker(): Promise<void> {
    const isSilent = this.random.chance(0.25);
    this.scheduler.kill(this.broker);
    this.network.processDied(this.broker, isSilent);
    if (isSilent) this.blows.powerCuts += 1;
    else this.blows.kills += 1;
    const last = this.store.commits.at(-1);
    const mayStand = this.store.inFlight > 0 && last !== undefined;
    if (mayStand && this.random.chance(0.5)) await this.disk.commit(last);
    this.startBroker();
  }

  /** `ended` is called once it is closed. */
  startClient(name: string, work: (client: Client) => Promise<void>, ended: () => void): Process {
    const owner = this.scheduler.process(name);
    this.scheduler.schedule(owner, 0, () => {
      const live = async () => {
        const client = await connect({
          brokers: BROKER,
          clientName: name,
          connectTimeoutMs: 1_000,
          requestTimeoutMs: 30_000,
          waitForBrokerMs: 60_000,
          pingIdleMs: 1_000,
          retry: { firstDelayMs: 10, maxDelayMs: 150 },
          logger: null,
        });
        await work(client);
        await client.close();
        if (this.scheduler.running !== owner)
          this.complaints.push(`${name} ended as ${this.scheduler.running.name}`);
        ended();
      };
      live().catch((error: unknown) => this.complaints.push(`${name}: ${String(error)}`));
    });
    return owner;
  }

  killClient(process: Process): void {
    this.blows.clientKills += 1;
    this.scheduler.kill(process);
    this.network.processDied(process, this.random.chance(0.3));
  }

  freeze(process: Process, ms: number): void {
    this.blows.freezes += 1;
    this.scheduler.freeze(process);
    const keeper = this.scheduler.process('keeper');
    this.scheduler.schedule(keeper, ms, () => this.scheduler.thaw(process));
  }

  freezeBroker(ms: number): void {
    this.freeze(this.broker, ms);
  }

  isolate(process: Process, ms: number): void {
    this.blows.isolations += 1;
    this.network.isolate(process, ms);
  }

  cut(): void {
    if (this.network.cut()) this.blows.cuts += 1;
  }

  deafen(): void {
    if (this.network.deafen()) this.blows.deafened += 1;
  }

  setClock(byMs: number): void {
    this.blows.clockJumps += 1;
    this.scheduler.wallMs += byMs;
  }

  private newStore(): FaultyStore {
    const life = this.lives;
    return new FaultyStore(this.disk, { decide: () => this.fateOf(life) });
  }

  private fateOf(life: number): Fault {
    if (life !== this.lives) return { kind: 'delay', until: NEVER };
    const ms = this.random.next() * COMMIT_MS_MAX;
    const until = new Promise<void>((resolve) => setTimeout(resolve, ms));
    if (this.isCalm) return { kind: 'delay', until };
    if (this.random.chance(this.unknownPercent / 100)) {
      this.blows.unknownFlushes += 1;
      const applied = this.random.chance(0.5);
      return { kind: 'delay', until, next: { kind: 'flushUnknown', applied } };
    }
    if (!this.random.chance(this.abortPercent / 100)) return { kind: 'delay', until };
    this.blows.abortedCommits += 1;
    return { kind: 'delay', until, next: { kind: 'abort' } };
  }

  /** The broker ends itself. */
  private died(owner: Process, error: Error): void {
    if (owner.state === 'dead') return;
    if (!(error instanceof FlushUnknownError))
      this.complaints.push(`the broker ended: ${error.stack}`);
    this.scheduler.kill(owner);
    this.network.processDied(owner, false);
    this.startBroker();
  }

  /** A fault of the broker is a finding, whatever a client is told. */
  private logOf(owner: Process): Log {
    const error = (fields: object, message: string) => {
      if (owner.state === 'dead' || message.startsWith('A commit was aborted')) return;
      const { err } = fields as { readonly err?: unknown };
      const isAbort = err instanceof Error && 'code' in err && err.code === 'STORAGE_ERROR';
      if (!isAbort) this.complaints.push(`${message} ${err instanceof Error ? err.stack : ''}`);
    };
    const nothing = () => undefined;
    const levels = { trace: nothing, debug: nothing, info: nothing, warn: nothing };
    return { ...levels, error, fatal: error };
  }
}
