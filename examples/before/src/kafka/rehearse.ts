// The move from Kafka, played through with both ends real: the copier is killed in the middle, a group is moved, and a record
// goes back. Counts at the end.
// Usage: rehearse HOST:PORT-OF-KAFKA HOST:PORT. Needs a Kafka without the topic `rehearsal`.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { connect } from '@millrace/client';
import { Kafka, logLevel } from 'kafkajs';

const [bootstrap = '127.0.0.1:9092', brokers = '127.0.0.1:7650'] = process.argv.slice(2);
const TOPIC = 'rehearsal';
const TARGET = 'example.rehearsal-of-kafka';
const COUNT = 2_000;
const MOVE = fileURLToPath(new URL('./move.js', import.meta.url));

const kafka = new Kafka({ brokers: [bootstrap], logLevel: logLevel.NOTHING });
const admin = kafka.admin();
const producer = kafka.producer();
await Promise.all([admin.connect(), producer.connect()]);
await using client = await connect({ brokers });

function move(...words: string[]): ChildProcess {
  const [way = '', ...more] = words;
  const args = [MOVE, way, TOPIC, bootstrap, TARGET, brokers, ...more];
  return spawn(process.execPath, args, { stdio: ['ignore', 'inherit', 'inherit'] });
}

async function end(child: ChildProcess, signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
  const exited = once(child, 'exit');
  child.kill(signal);
  await exited;
}

async function send(from: number): Promise<void> {
  const messages = Array.from({ length: COUNT }, (_, at) => ({
    key: `${(from + at) % 7}`,
    value: JSON.stringify({ number: from + at }),
  }));
  await producer.send({ topic: TOPIC, messages });
}

async function copied(): Promise<number> {
  const { partitions } = await client.admin.describeTopic(TARGET);
  return partitions.reduce((sum, { endOffset }) => sum + endOffset, 0);
}

async function until(isSo: () => Promise<boolean>): Promise<void> {
  while (!(await isSo())) await sleep(10);
}

async function inKafka(): Promise<number> {
  const offsets = await admin.fetchTopicOffsets(TOPIC);
  return offsets.reduce((sum, { offset }) => sum + Number(offset), 0);
}

await admin.createTopics({ topics: [{ topic: TOPIC, numPartitions: 3 }] });
// #region target
await client.admin.createTopic({
  name: TARGET,
  partitions: 3, // as many as there
  config: { dedup: 'id', dedupWindowMs: 86_400_000 }, // longer than the copier can be away
});
// #endregion

await send(0);
const first = move('forth');
await until(async () => (await copied()) > 0);
await end(first, 'SIGKILL');
await send(COUNT); // producers have not moved yet
const second = move('forth');
await until(async () => (await copied()) >= 2 * COUNT);

const partitions = [100, 200, 300].map((offset, partition) => ({ partition, offset: `${offset}` }));
await admin.setOffsets({ groupId: 'rehearsal-group', topic: TOPIC, partitions });
await once(move('group', 'rehearsal-group'), 'exit');

const third = move('back');
await client.producer().send({ topic: TARGET, key: '1', value: { number: 2 * COUNT } });
await until(async () => (await inKafka()) > 2 * COUNT);
await Promise.all([end(second, 'SIGTERM'), end(third, 'SIGTERM')]);

const numbers: number[] = [];
const all = await copied();
for await (const { value } of client.consumer<{ number: number }>({ topics: TARGET })) {
  numbers.push(value.number);
  if (numbers.length === all) break;
}
const distinct = new Set(numbers).size;
console.log('copied', distinct - 1, 'of', 2 * COUNT, 'records, twice', numbers.length - distinct);
console.log('went back', (await inKafka()) - 2 * COUNT);
await Promise.all([admin.disconnect(), producer.disconnect()]);
process.exitCode = distinct === numbers.length && distinct === 2 * COUNT + 1 ? 0 : 1;
