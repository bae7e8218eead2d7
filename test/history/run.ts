// Makes a history: real client processes work, each writing its diary, while the broker is killed with SIGKILL and started
// again and again, now and then before it is up, and client processes are killed and frozen. It judges nothing.

import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { type Client, connect } from '@millrace/client';
import { BrokerProcess, Random } from '@millrace/harness';
import { Seat } from '../crash/seat.ts';
import { fileDiary } from './clients/file-diary.mjs';
import { SHARE_GROUPS, TRANSFORM_GROUP } from './clients/names.mjs';
import { Recorder } from './clients/recorder.mjs';
import { DIARY_SUFFIX } from './history.ts';
import { drain, prepare, untilTransformed } from './settle.ts';
import { observeTruth, writeTruth } from './truth.ts';

const BROKER = fileURLToPath(new URL('../../broker/dist/bin.js', import.meta.url));
const TRANSFORMER = fileURLToPath(new URL('../crash/transform-process.mjs', import.meta.url));
const FLAGS = ['--lease-restart-grace', '100ms', '--storage-reserve', '0'];
const PROGRESS_EVERY_MS = 10_000;
/** Of a kill of the broker: that it comes before it is up; that a client is killed, or frozen, besides. */
const AT_START = 0.1;
const CLIENT_KILL = 0.06;
const CLIENT_FREEZE = 0.06;
/** Of the times between two kills. */
const LONG_UP = 0.08;

export interface Plan {
  readonly seed: number;
  readonly kills: number;
  /** No more kills once so much time has passed. */
  readonly minutesMax: number;
  /** Client processes of each kind. */
  readonly clients: number;
  /** The broker's data and the diaries go here. */
  readonly directory: string;
  readonly progress: (text: string) => void;
}

/** What was done to the processes. */
export interface Blows {
  /** Of the broker, all of them. */
  kills: number;
  /** Of those: before it was up. */
  killsAtStart: number;
  clientKills: number;
  clientFreezes: number;
  /** From the first kill to the last. */
  seconds: number;
}

export interface Made {
  readonly blows: Blows;
  /** What processes complained of. */
  readonly complaints: readonly string[];
}

/** The broker of a history, and what becomes of it. */
class Victim {
  readonly complaints: string[] = [];
  private current: BrokerProcess;
  private isExpected = false;

  private constructor(broker: BrokerProcess) {
    this.current = broker;
    void this.watch();
  }

  static async start(directory: string): Promise<Victim> {
    const dataDir = join(directory, 'data');
    return new Victim(await BrokerProcess.start({ dataDir, flags: FLAGS }));
  }

  get address(): string {
    return this.current.address;
  }

  async kill(): Promise<void> {
    this.isExpected = true;
    await this.current.end('SIGKILL');
  }

  async start(): Promise<void> {
    this.current = await BrokerProcess.start({ dataDir: this.current.dataDir, flags: this.flags });
    this.isExpected = false;
    void this.watch();
  }

  /** A start that is cut short after so many ms. */
  async startAndKill(afterMs: number): Promise<void> {
    const data = ['--data-dir', this.current.dataDir, '--host', '127.0.0.1', '--admin-port', '0'];
    const child = spawn(process.execPath, [BROKER, ...data, ...this.flags], { stdio: 'ignore' });
    const gone = new Promise((resolve) => child.once('exit', resolve));
    await sleep(afterMs);
    child.kill('SIGKILL');
    await gone;
    if (child.signalCode !== 'SIGKILL')
      this.complaints.push(`the broker ended while it started, with ${child.exitCode}`);
  }

  async end(): Promise<void> {
    this.isExpected = true;
    await this.current.end('SIGTERM');
  }

  private get flags(): string[] {
    return [...FLAGS, '--port', `${this.current.port}`];
  }

  private async watch(): Promise<void> {
    const { code, signal } = await this.current.exited;
    if (!this.isExpected) this.complaints.push(`the broker ended by itself: ${code ?? signal}`);
  }
}

/** The client processes, by kind; every one of them gets a name and a seed that no other one has. */
class Crowd {
  readonly transformers: readonly Seat[];
  readonly others: readonly Seat[];
  private lives = 0;

  constructor(plan: Plan, address: string) {
    const times = (make: () => Seat) => Array.from({ length: plan.clients }, make);
    const client = (kind: string) => {
      const file = fileURLToPath(new URL(`./clients/${kind}.mjs`, import.meta.url));
      const nextArgs = () => {
        this.lives += 1;
        const name = `${plan.seed * 100_000 + this.lives}`;
        return [address, name, join(plan.directory, `${kind}-${name}${DIARY_SUFFIX}`)];
      };
      return new Seat(file, nextArgs);
    };
    this.transformers = times(() => new Seat(TRANSFORMER, () => [address, TRANSFORM_GROUP]));
    this.others = [
      client('producer'),
      ...times(() => client('worker')),
      ...times(() => client('reader')),
    ];
  }

  get all(): readonly Seat[] {
    return [...this.others, ...this.transformers];
  }

  get complaints(): string[] {
    const said = this.all.flatMap((seat) => seat.said);
    return said.filter((line) => !line.includes('ended by itself with 0'));
  }
}

/** Throws where the broker does not start again. */
export async function makeHistory(plan: Plan): Promise<Made> {
  const random = new Random(plan.seed);
  const victim = await Victim.start(plan.directory);
  const client = await connect({
    brokers: victim.address,
    clientName: 'observer',
    logger: null,
    requestTimeoutMs: 60_000,
  });
  let crowd: Crowd | undefined;
  try {
    await prepare(client);
    crowd = new Crowd(plan, victim.address);
    await untilAllWork(plan.directory, crowd.others.length);
    const blows = await strike(plan, random, victim, crowd);
    await settle(plan, client, victim, crowd);
    return { blows, complaints: [...victim.complaints, ...crowd.complaints] };
  } finally {
    await Promise.all(crowd?.all.map((seat) => seat.end('SIGKILL')) ?? []);
    await client.close();
    await victim.end();
  }
}

/** Before everybody has got something done there is nothing to kill. */
async function untilAllWork(directory: string, diaries: number): Promise<void> {
  const isWorking = (name: string) => {
    if (!name.endsWith(DIARY_SUFFIX)) return false;
    const text = readFileSync(join(directory, name), 'utf8');
    return text.includes('"ok":') || text.includes('"note":"read"');
  };
  while (readdirSync(directory).filter(isWorking).length < diaries) await sleep(20);
}

/** Mostly short; now and then so long that members who are gone lose their place: a restart gives everybody a new session. */
function upFor(random: Random): number {
  if (random.chance(LONG_UP)) return random.between(1_500, 3_000);
  return random.pick([random.between(0, 60), random.between(60, 500), random.between(300, 1_200)]);
}

async function strike(plan: Plan, random: Random, victim: Victim, crowd: Crowd): Promise<Blows> {
  const blows: Blows = { kills: 0, killsAtStart: 0, clientKills: 0, clientFreezes: 0, seconds: 0 };
  const startedAt = performance.now();
  const endAt = startedAt + plan.minutesMax * 60_000;
  const besides = new Set<Promise<void>>();
  const beside = (blow: Promise<void>) => {
    const tracked = blow.finally(() => besides.delete(tracked));
    besides.add(tracked);
  };
  let toldAt = startedAt;
  while (blows.kills < plan.kills && performance.now() < endAt) {
    await sleep(upFor(random));
    await victim.kill();
    blows.kills += 1;
    if (random.chance(AT_START) && blows.kills < plan.kills) {
      await victim.startAndKill(random.between(20, 400));
      blows.kills += 1;
      blows.killsAtStart += 1;
    }
    if (besides.size === 0 && random.chance(CLIENT_KILL)) {
      blows.clientKills += 1;
      beside(random.pick(crowd.all).kill());
    } else if (besides.size === 0 && random.chance(CLIENT_FREEZE)) {
      blows.clientFreezes += 1;
      beside(random.pick(crowd.all).freeze(random.between(700, 2_500)));
    }
    await victim.start();
    if (performance.now() - toldAt < PROGRESS_EVERY_MS) continue;
    toldAt = performance.now();
    const seconds = ((toldAt - startedAt) / 1_000).toFixed(0);
    plan.progress(`${blows.kills} kills in ${seconds} s`);
  }
  await Promise.all(besides);
  blows.seconds = (performance.now() - startedAt) / 1_000;
  return blows;
}

/** Nobody is killed any more: what waits is worked off, and what is there is written down. */
async function settle(plan: Plan, client: Client, victim: Victim, crowd: Crowd): Promise<void> {
  await Promise.all(crowd.others.map((seat) => seat.end('SIGTERM')));
  await victim.kill();
  await victim.start();
  const recorder = new Recorder(fileDiary(join(plan.directory, `settling${DIARY_SUFFIX}`)));
  for (const { name } of SHARE_GROUPS) await drain(client, recorder, name);
  await untilTransformed(client);
  await Promise.all(crowd.transformers.map((seat) => seat.end('SIGTERM')));
  writeTruth(plan.directory, await observeTruth(client));
}
