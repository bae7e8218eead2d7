// Several gateways before one broker behave as one: the one inside `millrace`, and two processes of their own.

import type { SQS } from '@aws-sdk/client-sqs';
import { GatewayProcess, MillraceProcess, TemporaryDirectory } from '@millrace/harness';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import {
  dial,
  eventually,
  freshName,
  pause,
  refusalOf,
  systemOf,
  TestQueue,
} from './support/queues.ts';

vi.setConfig({ testTimeout: 90_000, hookTimeout: 90_000, maxConcurrency: 10 });

let directory: TemporaryDirectory;
let millrace: MillraceProcess;
let gateways: GatewayProcess[];
/** The same API thrice. */
let clients: [SQS, SQS, SQS];

beforeAll(async () => {
  directory = new TemporaryDirectory('millrace-gateways-');
  millrace = await MillraceProcess.launch({ dataDir: directory.path });
  const { address: broker } = millrace;
  gateways = await Promise.all([1, 2].map(() => GatewayProcess.start({ broker })));
  const [second, third] = gateways.map(({ httpUrl }) => dial(httpUrl));
  if (second === undefined || third === undefined) throw new Error('there are not two gateways');
  clients = [dial(millrace.httpUrl), second, third];
});

afterAll(async () => {
  for (const client of clients) client.destroy();
  await Promise.all(gateways.map((gateway) => gateway.end('SIGTERM')));
  await millrace.end('SIGTERM');
  directory.remove();
});

/** The same queue, as another gateway has it. */
async function through(sqs: SQS, { name }: TestQueue): Promise<TestQueue> {
  return TestQueue.named(sqs, name, name.endsWith('.fifo') ? { FifoQueue: 'true' } : {});
}

test.concurrent('made at one, used at the other at once', async () => {
  for (let round = 0; round < 20; round += 1) {
    const queue = await TestQueue.standard(clients[round % 3] ?? clients[0]);
    const other = await through(clients[(round + 1) % 3] ?? clients[1], queue);
    await other.send(`${round}`);
    expect((await queue.receiveOne()).Body).toBe(`${round}`);
  }
});

test.concurrent('made at all three at the same moment: one queue [Q-5]', async () => {
  for (let round = 0; round < 10; round += 1) {
    const QueueName = freshName();
    const made = await Promise.all(clients.map((sqs) => sqs.createQueue({ QueueName })));
    expect(new Set(made.map(({ QueueUrl = '' }) => new URL(QueueUrl).pathname)).size).toBe(1);
    await clients[0].sendMessage({ QueueUrl: made[1]?.QueueUrl, MessageBody: 'x' });
  }
});

test.concurrent('a receipt of one, deleted and changed at another', async () => {
  const queue = await TestQueue.standard(clients[0]);
  const other = await through(clients[1], queue);
  await queue.send('a');
  const message = await queue.receiveOne();
  await other.setVisibility(message, 0);
  const again = await other.receiveOne();
  expect(systemOf(again, 'ApproximateReceiveCount')).toBe('2');
  await queue.delete(again);
  expect(await other.counts()).toEqual([0, 0, 0]);
  await other.delete(again);
});

test.concurrent('tags set and removed at all of them at once: none is lost [Q-19]', async () => {
  const queue = await TestQueue.standard(clients[0]);
  const QueueUrl = queue.url;
  await clients[0].tagQueue({ QueueUrl, Tags: { gone0: 'x', gone1: 'x', gone2: 'x', stays: 'x' } });
  const keys = Array.from({ length: 30 }, (_, at) => `k${at}`);
  const sets = keys.map((key, at) =>
    (clients[at % 3] ?? clients[0]).tagQueue({ QueueUrl, Tags: { [key]: key } }),
  );
  const removals = clients.map((sqs, at) => sqs.untagQueue({ QueueUrl, TagKeys: [`gone${at}`] }));
  await Promise.all([...sets, ...removals]);
  for (const sqs of clients) {
    const { Tags = {} } = await sqs.listQueueTags({ QueueUrl });
    expect(Object.keys(Tags).toSorted()).toEqual([...keys, 'stays'].toSorted());
  }
});

test.concurrent('permissions added at all of them at once: none is lost [Q-20]', async () => {
  const queue = await TestQueue.standard(clients[0]);
  const labels = Array.from({ length: 12 }, (_, at) => `l${at}`);
  const adds = labels.map((Label, at) =>
    (clients[at % 3] ?? clients[0]).addPermission({
      QueueUrl: queue.url,
      Label,
      AWSAccountIds: ['123456789012'],
      Actions: ['SendMessage'],
    }),
  );
  await Promise.all(adds);
  const { Policy = '{}' } = await queue.attributes('Policy');
  const { Statement } = JSON.parse(Policy) as { Statement: { Sid: string }[] };
  expect(Statement.map(({ Sid }) => Sid).toSorted()).toEqual(labels.toSorted());
});

test.concurrent('attributes changed at all of them at once: each has its own [Q-10]', async () => {
  const queue = await TestQueue.standard(clients[0]);
  const [one, two, three] = await Promise.all(clients.map((sqs) => through(sqs, queue)));
  await Promise.all([
    one?.set({ VisibilityTimeout: '77' }),
    two?.set({ DelaySeconds: '3' }),
    three?.set({ MaximumMessageSize: '2048' }),
  ]);
  expect(await queue.attributes('All')).toMatchObject({
    VisibilityTimeout: '77',
    DelaySeconds: '3',
    MaximumMessageSize: '2048',
  });
});

test.concurrent('a change at one is obeyed at the others within a second or two [Q-27]', async () => {
  const queue = await TestQueue.standard(clients[0]);
  const other = await through(clients[1], queue);
  await other.send('a'.repeat(2_000));
  await queue.set({ MaximumMessageSize: '1024' });
  const send = () => other.send('a'.repeat(2_000));
  const isRefused = () =>
    send().then(
      () => false,
      () => true,
    );
  await eventually(isRefused, true);
  expect(await refusalOf(send())).toMatchObject({
    message: 'One or more parameters are invalid. Reason: Message must be shorter than 1024 bytes.',
  });
});

test.concurrent('deleted at one and made anew: the others send to the new one [Q-27]', async () => {
  const queue = await TestQueue.standard(clients[0]);
  const other = await through(clients[1], queue);
  await other.send('old');
  await clients[0].deleteQueue({ QueueUrl: queue.url });
  await TestQueue.named(clients[0], queue.name, {});
  await other.send('new');
  expect((await other.receiveOne()).Body).toBe('new');
  await clients[2].deleteQueue({ QueueUrl: queue.url });
  expect(await refusalOf(other.send('late'))).toMatchObject({ name: 'QueueDoesNotExist' });
});

test.concurrent('a long poll at one is woken by a send at another', async () => {
  const queue = await TestQueue.standard(clients[0]);
  const other = await through(clients[2], queue);
  const waiting = other.receiveOne({ WaitTimeSeconds: 20 });
  await pause(200);
  await queue.send('a');
  expect((await waiting).Body).toBe('a');
});

test.concurrent('a duplicate at another gateway is one', async () => {
  const queue = await TestQueue.fifo(clients[0]);
  const other = await through(clients[1], queue);
  const ids = { MessageGroupId: 'g', MessageDeduplicationId: 'd' };
  const first = await queue.send('a', ids);
  expect((await other.send('b', ids)).MessageId).toBe(first.MessageId);
});

test.concurrent('a move task begun at one is told and cancelled at another', async () => {
  const dead = await TestQueue.standard(clients[0]);
  const deadLetterTargetArn = await dead.arn();
  const RedrivePolicy = JSON.stringify({ deadLetterTargetArn, maxReceiveCount: 1 });
  const source = await TestQueue.standard(clients[0], { RedrivePolicy, VisibilityTimeout: '0' });
  for (let at = 0; at < 5; at += 1) await source.send(`${at}`);
  const deadCount = async () => {
    await source.receive();
    return (await dead.counts())[0];
  };
  await eventually(deadCount, 5);
  const { TaskHandle } = await clients[0].startMessageMoveTask({
    SourceArn: deadLetterTargetArn,
    MaxNumberOfMessagesPerSecond: 1,
  });
  const { Results } = await clients[1].listMessageMoveTasks({ SourceArn: deadLetterTargetArn });
  expect(Results?.[0]?.TaskHandle).toBe(TaskHandle);
  await clients[2].cancelMessageMoveTask({ TaskHandle });
});

test.concurrent('a gateway that dies takes nothing with it', async () => {
  const own = await GatewayProcess.start({ broker: millrace.address });
  const dying = dial(own.httpUrl);
  const queue = await TestQueue.standard(dying, { VisibilityTimeout: '600' });
  const polls = [1, 2, 3].map(() =>
    dying.receiveMessage({ QueueUrl: queue.url, WaitTimeSeconds: 20 }).catch(() => 'gone'),
  );
  await pause(200);
  await own.end('SIGKILL');
  expect(await Promise.all(polls)).toEqual(['gone', 'gone', 'gone']);
  const other = await through(clients[0], queue);
  await other.send('a');
  expect(systemOf(await other.receiveOne(), 'ApproximateReceiveCount')).toBe('1');
  dying.destroy();
});
