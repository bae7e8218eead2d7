// A backup beside producers, workers and a reader at full speed: what is restored is the broker as it was at one moment. All that
// was acknowledged before the backup began is there, and nothing that came of what is not there; states, counters and offsets fit
// the messages. [D-1]

import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Client, connect } from '@millrace/client';
import { BrokerProcess, TemporaryDirectory } from '@millrace/harness';
import { expect, test } from 'vitest';
import { until } from './support/member-process.ts';

const BIN = fileURLToPath(new URL('../../broker/dist/bin.js', import.meta.url));
const PARTITIONS = 2;
const TOPIC = 'work';
const GROUP = 'workers';
const READERS = 'readers';
/** Nothing comes again by time while the test runs. */
const HOUR_MS = 3_600_000;
const STATES = ['fresh', 'ready', 'scheduled', 'leased', 'acknowledged', 'dead'] as const;

const placeOf = (at: { readonly partition: number; readonly offset: number }) =>
  `${at.partition}/${at.offset}`;

/** What was asked of the broker, and what it acknowledged of that. */
class Load {
  readonly produced = new Map<string, number>();
  readonly taken = { leased: new Set<string>(), accepted: new Set<string>() };
  readonly asked = { accept: new Set<string>(), reject: new Set<string>(), offset: 0 };
  offset = 0;
  readonly #client: Client;
  readonly #running: Promise<unknown>;
  #sent = 0;
  /** Of partition 0, as far as it is known. */
  #end = 0;
  #isStopped = false;

  constructor(client: Client) {
    this.#client = client;
    const producers = [0, 1, 2, 3].map((at) => this.#produce(at % PARTITIONS));
    const workers = [0, 1, 2].map(() => this.#work());
    this.#running = Promise.all([...producers, ...workers, this.#read()]);
    // Met by who stops it.
    this.#running.catch(() => {});
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    await this.#running;
  }

  /** As it is now, apart from what goes on. */
  seen() {
    const { produced, taken, offset } = this;
    return { produced: new Map(produced), accepted: new Set(taken.accepted), offset };
  }

  async further(count: number): Promise<void> {
    const { produced, taken } = this;
    const [sent, done] = [produced.size + count, taken.accepted.size + count];
    const stand = () => `${produced.size} of ${sent}, ${taken.accepted.size} of ${done}`;
    await until(() => produced.size >= sent && taken.accepted.size >= done, stand, 30_000);
  }

  async #produce(partition: number): Promise<void> {
    await using producer = this.#client.producer<number>();
    while (!this.#isStopped) {
      this.#sent += 1;
      const value = this.#sent;
      const { offset } = await producer.send({ topic: TOPIC, partition, value });
      this.produced.set(placeOf({ partition, offset }), value);
      if (partition === 0) this.#end = Math.max(this.#end, offset + 1);
    }
  }

  /** Of ten one stays leased, one is given back for later, one is rejected; the rest is accepted. */
  async #work(): Promise<void> {
    const queue = this.#client.queue<number>(GROUP);
    while (!this.#isStopped) {
      const messages = await queue.receive({ topics: TOPIC, maxMessages: 20, maxWaitMs: 50 });
      const settled = messages.map(async (message) => {
        const place = placeOf(message);
        if (this.taken.leased.has(place)) throw new Error(`${place} came twice`);
        this.taken.leased.add(place);
        if (message.value % 10 === 0) return;
        if (message.value % 10 === 1) return message.release({ delayMs: HOUR_MS });
        const isBad = message.value % 10 === 2;
        (isBad ? this.asked.reject : this.asked.accept).add(place);
        await (isBad ? message.reject('by design') : message.accept());
        if (!isBad) this.taken.accepted.add(place);
      });
      await Promise.all(settled);
    }
  }

  async #read(): Promise<void> {
    while (!this.#isStopped) {
      this.asked.offset = this.#end;
      const committed = { topic: TOPIC, partition: 0, offset: this.asked.offset };
      await this.#client.admin.commitGroupOffsets(READERS, [committed]);
      this.offset = this.asked.offset;
    }
  }
}

/** `millrace-broker …` to its end. */
async function offline(...args: readonly string[]) {
  const child = spawn(process.execPath, [BIN, ...args]);
  const said = { out: '', err: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    said.out += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said.err += text;
  });
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  return { code, ...said };
}

async function valuesOf(client: Client): Promise<Map<string, number>> {
  const values = new Map<string, number>();
  const { partitions } = await client.admin.describeTopic(TOPIC);
  let left = partitions.reduce((sum, { endOffset }) => sum + endOffset, 0);
  const consumer = client.consumer<number>({ topics: TOPIC });
  for await (const message of consumer) {
    values.set(placeOf(message), message.value);
    left -= 1;
    if (left === 0) break;
  }
  return values;
}

async function statesOf({ admin }: Client): Promise<Map<string, string>> {
  const states = new Map<string, string>();
  for (const state of STATES) {
    for await (const listed of admin.listMessages({ group: GROUP, state, pageSize: 1_000 })) {
      for (let offset = listed.firstOffset; offset <= listed.lastOffset; offset += 1) {
        states.set(placeOf({ partition: listed.partition, offset }), state);
      }
    }
  }
  return states;
}

async function prepare({ admin }: Client): Promise<void> {
  await admin.createTopic({ name: TOPIC, partitions: PARTITIONS });
  const config = { visibilityTimeoutMs: HOUR_MS } as const;
  await admin.createShareGroup({ group: GROUP, topics: [TOPIC], config });
}

test('a backup beside a broker at work is the broker of one moment', {
  timeout: 180_000,
}, async () => {
  const root = new TemporaryDirectory('millrace-at-work-');
  const [data, monday, restored] = ['data', 'monday', 'restored'].map((name) =>
    join(root.path, name),
  ) as [string, string, string];
  let broker = await BrokerProcess.start({ dataDir: data });
  let client = await connect({ brokers: broker.address, logger: null });
  try {
    await prepare(client);
    const load = new Load(client);
    await load.further(300);
    const before = load.seen();
    expect(await offline('backup', data, monday, '--verify')).toMatchObject({ code: 0, err: '' });
    await load.further(100);
    await load.stop();
    await client.close();
    expect(await offline('restore', monday, restored)).toMatchObject({ code: 0, err: '' });
    // The broker that was copied knew nothing of it.
    const inspected = [data, restored].map((at) => offline('inspect', at, '--verify'));
    for (const { code, out } of await Promise.all(inspected)) {
      expect({ code, out }).toEqual({ code: 0, out: expect.stringContaining('Sound: ') });
    }
    await broker.end('SIGKILL');

    broker = await BrokerProcess.start({ dataDir: restored });
    client = await connect({ brokers: broker.address, logger: null });
    const values = await valuesOf(client);
    const sent = [...load.produced].filter(([place]) => values.has(place));
    expect(values).toEqual(new Map(sent));
    expect([...before.produced.keys()].filter((place) => !values.has(place))).toEqual([]);

    const states = await statesOf(client);
    expect([...values.keys()].filter((place) => !states.has(place))).toEqual([]);
    expect(states.size).toBe(values.size);
    const inState = (state: string) =>
      [...states].filter(([, of]) => of === state).map(([at]) => at);
    const acknowledged = inState('acknowledged');
    expect([...before.accepted].filter((place) => states.get(place) !== 'acknowledged')).toEqual(
      [],
    );
    expect(acknowledged.filter((place) => !load.asked.accept.has(place))).toEqual([]);
    expect(inState('dead').filter((place) => !load.asked.reject.has(place))).toEqual([]);
    const { totals } = await client.admin.counters(GROUP);
    for (const state of STATES)
      expect([state, totals[state]]).toEqual([state, inState(state).length]);
    const letters = (await client.admin.describeTopic(`${TOPIC}.dlq`)).partitions;
    expect(letters.reduce((sum, { endOffset }) => sum + endOffset, 0)).toBe(inState('dead').length);
    const [readers] = await client.admin.groupOffsets(READERS);
    expect(readers?.offset).toBeGreaterThanOrEqual(before.offset);
    const [first] = (await client.admin.describeTopic(TOPIC)).partitions;
    expect(readers?.offset).toBeLessThanOrEqual(first?.endOffset ?? 0);

    // It goes on from there: what is resolved does not come again.
    const queue = client.queue<number>(GROUP);
    const again = await queue.receive({ topics: TOPIC, maxMessages: 1_000, maxWaitMs: 0 });
    const wanted = again.filter((message) => states.get(placeOf(message)) !== 'fresh');
    expect(wanted).toEqual([]);
    await Promise.all(again.map((message) => message.accept()));
  } finally {
    await client.close();
    await broker.end('SIGTERM');
    root.remove();
  }
});
