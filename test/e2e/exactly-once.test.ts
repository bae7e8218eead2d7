// A producer whose connection is cut again and again, before a broker that is killed and started again: every message
// that was sent is stored exactly once, in the order of the calls, where its sender was told.
import { type Client, codecs, connect, type Producer } from '@millrace/client';
import { BrokerProcess, Random, TemporaryDirectory } from '@millrace/harness';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { CuttingProxy } from './support/cutting-proxy.ts';

const PARTITIONS = 3;
const TOPIC = 'orders';

let directory: TemporaryDirectory;
let broker: BrokerProcess;
let proxy: CuttingProxy;
let client: Client;

beforeEach(async () => {
  directory = new TemporaryDirectory('millrace-e2e-');
  broker = await BrokerProcess.start({ dataDir: directory.path });
  proxy = await CuttingProxy.open(broker.port);
  const retry = { firstDelayMs: 5, maxDelayMs: 50 };
  client = await connect({ brokers: proxy.address, logger: null, retry });
  await client.admin.createTopic({ name: TOPIC, partitions: PARTITIONS });
});

afterEach(async () => {
  await client.close();
  await proxy.close();
  await broker.end('SIGKILL');
  directory.remove();
});

async function restart(): Promise<void> {
  await broker.end('SIGKILL');
  proxy.cut();
  broker = await BrokerProcess.start({ dataDir: directory.path });
  proxy.target = broker.port;
}

/** Values of each partition, in the order of the offsets. */
async function stored(count: number): Promise<string[][]> {
  const direct = await connect({ brokers: broker.address, logger: null });
  const consumer = direct.consumer({ topics: TOPIC, codec: codecs.text });
  const values: string[][] = Array.from({ length: PARTITIONS }, () => []);
  let found = 0;
  for await (const { partition, value } of consumer) {
    values[partition]?.push(value ?? '');
    found += 1;
    if (found === count) break;
  }
  const { partitions } = await direct.admin.describeTopic(TOPIC);
  expect(partitions.reduce((sum, { endOffset }) => sum + endOffset, 0)).toBe(count);
  await direct.close();
  return values;
}

interface Told {
  readonly partition: number;
  readonly offset: number;
  readonly value: string;
}

/** Sends until it is told to stop, some at a time, without waiting for the outcomes of those before. */
async function sendOn(producer: Producer<string>, isOver: () => boolean): Promise<Told[]> {
  const sent: Promise<Told>[] = [];
  for (let n = 0; !isOver() || n < 2_000; n += 1) {
    const partition = n % PARTITIONS;
    const value = `${n}`.padEnd(40, '.');
    const sending = producer.send({ topic: TOPIC, value, partition });
    sent.push(sending.then(({ offset }) => ({ partition, offset, value })));
    if (n % 20 === 19) await new Promise((resolve) => setTimeout(resolve, 1));
    if (n % 400 === 399) await Promise.all(sent);
  }
  return Promise.all(sent);
}

test.each([1, 2])('each message once and in order [G-53][G-54]: seed %i', async (seed) => {
  const random = new Random(seed);
  // Small batches: many are on their way when the connection is cut.
  const producer = client.producer({
    codec: codecs.text,
    batchBytes: 400,
    deliveryTimeoutMs: 120_000,
  });
  let isOver = false;
  const sending = sendOn(producer, () => isOver);
  for (let round = 0; round < 40; round += 1) {
    await new Promise((resolve) => setTimeout(resolve, random.between(1, 60)));
    if (round % 20 === 10) await restart();
    else proxy.cut();
  }
  isOver = true;
  const told = await sending;
  const values = await stored(told.length);
  for (let partition = 0; partition < PARTITIONS; partition += 1) {
    const mine = told.filter((one) => one.partition === partition);
    expect(values[partition]).toEqual(mine.map(({ value }) => value));
    expect(mine.map(({ offset }) => offset)).toEqual(mine.map((_, at) => at));
  }
  expect(proxy.cuts).toBeGreaterThan(5);
});
