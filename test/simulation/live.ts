// The course of a simulation: clients work while everything goes wrong by chance; then calm returns, what waits is worked off,
// and what is there is looked at; then dead letters are sent back, and it is looked at once more.

import type { Client } from '@millrace/client';
import type { MemoryStore } from '@millrace/storage';
import { checkHistory } from '../history/check/check.ts';
import { checkRedrive } from '../history/check/redrive.ts';
import type { Work } from '../history/clients/client-process.mjs';
import { SHARE_GROUPS, TRANSFORM_GROUP } from '../history/clients/names.mjs';
import { pause } from '../history/clients/pause.mjs';
import { produceAll } from '../history/clients/producing.mjs';
import { workOnAll } from '../history/clients/queue-work.mjs';
import { readAll } from '../history/clients/reading.mjs';
import { Recorder } from '../history/clients/recorder.mjs';
import { transformAll } from '../history/clients/transforming.mjs';
import { type History, historyOf } from '../history/history.ts';
import { drain, prepare, redrive, untilTransformed } from '../history/settle.ts';
import { observeTruth, type Truth } from '../history/truth.ts';
import type { Process } from './scheduler.ts';
import { Stop } from './stop.ts';
import { World } from './world.ts';

const LOAD_MS = { min: 1_500, max: 5_000 };
const PAUSE_MS_MAX = 400;
const CALM_MS_MAX = 600_000;
/** Between two things that go wrong. */
const BETWEEN_MS_MAX = 500;

export interface Lived {
  readonly world: World;
  readonly history: History;
  /** All that clients wrote down. */
  readonly diaries: { readonly [name: string]: readonly object[] };
  readonly violations: readonly string[];
}

interface Member {
  readonly start: () => Process;
  readonly stop: Stop;
  process: Process;
}

class Life {
  readonly world: World;
  readonly diaries: { [name: string]: object[] } = {};
  readonly members: Member[] = [];
  /** Of those who fill and empty queues, and of those who transform. */
  readonly work: Stop;
  readonly transform: Stop;
  private names = 0;

  constructor(world: World) {
    this.world = world;
    this.work = new Stop(world.scheduler);
    this.transform = new Stop(world.scheduler);
  }

  /** Whoever writes first is whose diary it is: that another process writes in it is a fault of the simulation. */
  recorderOf(name: string): Recorder {
    const lines: object[] = [];
    this.diaries[name] = lines;
    const { scheduler, complaints } = this.world;
    let owner: Process | undefined;
    const write = (line: object) => {
      owner ??= scheduler.running;
      if (scheduler.running !== owner) complaints.push(`${name} ran as ${scheduler.running.name}`);
      lines.push(line);
    };
    return new Recorder({ nowUs: () => scheduler.nowMs * 1_000, write });
  }

  add(kind: string, stop: Stop, work: (work: Work) => Promise<unknown>): void {
    const start = () => {
      this.names += 1;
      const name = `${kind}-${this.names}`;
      const recorder = this.recorderOf(name);
      const random = this.world.random.fork();
      return stop.join((told, ended) => {
        const tools = { recorder, random, name, ...told, pauseMsMax: PAUSE_MS_MAX };
        const all = async (client: Client) => void (await work({ client, ...tools }));
        return this.world.startClient(name, all, ended);
      });
    };
    this.members.push({ start, stop, process: start() });
  }

  /** Its work never ends, and it starts anew as somebody else. */
  kill(member: Member): void {
    member.stop.forget(member.process);
    this.world.killClient(member.process);
    member.process = member.start();
  }

  /** Throws where it does not come to be within so much time. */
  async until(holds: () => boolean, what: string, ms = CALM_MS_MAX): Promise<void> {
    const { scheduler } = this.world;
    const giveUpAt = scheduler.nowMs + ms;
    while (!holds()) {
      if (!(await scheduler.step())) throw new Error(`nothing runs any more: ${what}`);
      if (scheduler.nowMs > giveUpAt) throw new Error(`waited in vain: ${what}`);
    }
  }

  async pass(ms: number): Promise<void> {
    const endAt = this.world.scheduler.nowMs + ms;
    await this.until(() => this.world.scheduler.nowMs >= endAt, 'time passes');
  }

  /** Somebody who works alone, to the end; meanwhile time passes, or worse. */
  async alone(
    name: string,
    work: (client: Client, recorder: Recorder) => Promise<void>,
    meanwhile: (isOver: () => boolean) => Promise<void> = (isOver) => this.until(isOver, name),
  ): Promise<void> {
    let isDone = false;
    const recorder = this.recorderOf(name);
    this.world.startClient(
      name,
      (client) => work(client, recorder),
      () => {
        isDone = true;
      },
    );
    await meanwhile(() => isDone || this.world.complaints.length > 0);
  }

  /** Things go wrong until it is over: with everybody, or with the broker and the network alone. */
  async strikeWhile(isOver: () => boolean, members: readonly Member[]): Promise<void> {
    const { world } = this;
    const giveUpAt = world.scheduler.nowMs + CALM_MS_MAX;
    while (!isOver()) {
      await this.pass(world.random.between(1, BETWEEN_MS_MAX));
      await this.strike(members);
      if (world.scheduler.nowMs > giveUpAt) throw new Error('it does not come to an end');
    }
  }

  private async strike(members: readonly Member[]): Promise<void> {
    const { world } = this;
    const { random } = world;
    const choice = random.next();
    if (choice < 0.25) await world.killBroker();
    else if (choice < 0.45) world.cut();
    else if (choice < 0.6) world.deafen();
    else if (choice < 0.65) world.freezeBroker(random.between(10, 1_500));
    else if (choice < 0.7) world.setClock(random.pick([-5_000, -300, 300, 2_000]));
    if (choice < 0.7 || members.length === 0) return;
    const member = random.pick(members);
    if (choice < 0.8) world.isolate(member.process, random.between(10, 3_000));
    else if (choice < 0.9) world.freeze(member.process, random.between(10, 3_000));
    else this.kill(member);
  }
}

const WORKERS = [produceAll, workOnAll, workOnAll, readAll, readAll] as const;

async function transform({ client, stopping }: Work): Promise<void> {
  const transformer = transformAll(client, TRANSFORM_GROUP);
  void stopping.then(() => transformer.close());
  await transformer.finished;
}

/** Throws where the simulation does not come to its end. */
export async function live(seed: number, disk?: MemoryStore): Promise<Lived> {
  const world = new World(seed, disk);
  try {
    const life = new Life(world);
    world.startBroker();
    await life.alone('preparing', prepare);
    await load(life);
    const truth = await settle(life);
    const { diaries } = life;
    const history = historyOf(diaries);
    if (truth === undefined) return { world, history, diaries, violations: world.complaints };
    const violations = checkHistory(history, truth);
    violations.push(...(await sendBack(life, truth)), ...world.complaints);
    return { world, history, diaries, violations };
  } finally {
    world.end();
  }
}

async function load(life: Life): Promise<void> {
  const { world } = life;
  const { random, scheduler } = world;
  for (const kind of WORKERS) life.add(kind.name, life.work, kind);
  for (let n = random.between(1, 2); n > 0; n -= 1)
    life.add('transform', life.transform, transform);
  storm(world);
  const endAt = scheduler.nowMs + random.between(LOAD_MS.min, LOAD_MS.max);
  await life.strikeWhile(() => scheduler.nowMs >= endAt, life.members);
  world.isCalm = true;
}

function storm(world: World): void {
  const { random } = world;
  world.isCalm = false;
  world.abortPercent = random.pick([0, 0, 3]);
  world.unknownPercent = random.pick([0, 0, 0.5]);
}

/** What those who were killed, or have connected again, had sent by now may still be on its way. */
async function untilArrived({ network, scheduler }: World): Promise<void> {
  const leftMs = network.allArrivedAt - scheduler.nowMs;
  if (leftMs > 0) await pause(leftMs);
}

/** Everything is worked off, and looked at; undefined where something has broken before. */
async function settle(life: Life): Promise<Truth | undefined> {
  let truth: Truth | undefined;
  await life.alone('settling', async (client, recorder) => {
    await life.work.all();
    await untilArrived(life.world);
    for (const { name } of SHARE_GROUPS) await drain(client, recorder, name);
    await untilTransformed(client);
    await life.transform.all();
    truth = await observeTruth(client);
  });
  return truth;
}

/** Dead letters go back while things go wrong; what comes back is worked off. */
async function sendBack(life: Life, before: Truth): Promise<string[]> {
  storm(life.world);
  await life.alone('redriving', redrive, (isOver) => life.strikeWhile(isOver, []));
  life.world.isCalm = true;
  let after: Truth | undefined;
  await life.alone('working off', async (client, recorder) => {
    await untilArrived(life.world);
    for (const { name } of SHARE_GROUPS) await drain(client, recorder, name);
    after = await observeTruth(client);
  });
  const { 'working off': lines = [] } = life.diaries;
  const history = historyOf({ 'working off': lines });
  const last = after;
  if (last === undefined) return [];
  return SHARE_GROUPS.flatMap((group) => checkRedrive(group, before, history, last));
}
