// The move from SQS, played through: while the old queue is in use, the mover is killed in the middle, and at the end all goes
// back. A gateway of Millrace stands for Amazon here; the mover knows it by its address alone. Counts at the end.
// Usage: rehearse HOST:PORT URL-OF-GATEWAY.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { SQS } from '@aws-sdk/client-sqs';
import { connect } from '@millrace/client';
import { endWithMe } from '../../support/end-with-me.ts';
import { makeAnew } from '../../support/make-anew.ts';

const [brokers = '127.0.0.1:7650', endpoint = 'http://127.0.0.1:7651'] = process.argv.slice(2);
const TARGET = 'example.rehearsal-of-sqs';
const COUNT = 150;
const BYTES = Uint8Array.of(0xff, 0x00); // no text
const MOVE = fileURLToPath(new URL('./move.js', import.meta.url));
const AWS = { AWS_REGION: 'eu-central-1', AWS_ACCESS_KEY_ID: 'any', AWS_SECRET_ACCESS_KEY: 'any' };

const credentials = { accessKeyId: 'any', secretAccessKey: 'any' };
const sqs = new SQS({ endpoint, region: 'eu-central-1', credentials });
await using client = await connect({ brokers });

const { QueueUrl = '' } = await sqs.createQueue({
  QueueName: 'example-rehearsal',
  Attributes: { VisibilityTimeout: '1' },
});
await sqs.purgeQueue({ QueueUrl }); // of what a run that was ended has left

function move(way: 'forth' | 'back'): ChildProcess {
  const args = [MOVE, way, QueueUrl, TARGET, brokers, endpoint];
  const env = { ...process.env, ...AWS };
  return endWithMe(spawn(process.execPath, args, { env, stdio: ['ignore', 'ignore', 'inherit'] }));
}

async function send(from: number): Promise<void> {
  for (let at = from; at < from + COUNT; at += 10) {
    const Entries = Array.from({ length: 10 }, (_, index) => ({
      Id: `${index}`,
      MessageBody: JSON.stringify({ number: at + index }),
      MessageAttributes: { bytes: { DataType: 'Binary', BinaryValue: BYTES } },
    }));
    await sqs.sendMessageBatch({ QueueUrl, Entries });
  }
}

async function moved(): Promise<number> {
  return (await client.admin.counters(TARGET)).totals.fresh;
}

async function left(): Promise<number> {
  const AttributeNames = ['ApproximateNumberOfMessages' as const];
  const { Attributes } = await sqs.getQueueAttributes({ QueueUrl, AttributeNames });
  return Number(Attributes?.['ApproximateNumberOfMessages']);
}

// #region target
const config = { dedup: 'id', dedupWindowMs: 86_400_000 } as const; // longer than the move may take
await makeAnew(client, {
  topics: [{ name: TARGET, config }],
  shareGroups: [{ group: TARGET, topics: [TARGET] }],
});
// #endregion

await send(0);
const first = move('forth');
const ended = once(first, 'exit');
while (first.exitCode === null && (await moved()) < COUNT / 10) await sleep(1);
first.kill('SIGKILL');
await ended;
await send(COUNT); // producers have not moved yet
await once(move('forth'), 'exit');

const all = await moved();
const numbers = new Set<unknown>();
let seen = 0;
for await (const { value } of client.consumer<{ number: number }>({ topics: TARGET })) {
  numbers.add(value.number);
  seen += 1;
  if (seen === all) break;
}
console.log('moved', numbers.size, 'of', 2 * COUNT, 'messages, twice', all - numbers.size);
console.log('left in the old queue', await left());

await once(move('back'), 'exit');
const returned = await left();
console.log('back in the old queue', returned);
const { Messages = [] } = await sqs.receiveMessage({ QueueUrl, MessageAttributeNames: ['All'] });
const bytes = Messages[0]?.MessageAttributes?.['bytes']?.BinaryValue ?? [];
const isSame = Buffer.from(bytes).equals(BYTES);
const isWhole = numbers.size === 2 * COUNT && all === 2 * COUNT && returned === 2 * COUNT;
process.exitCode = isWhole && isSame ? 0 : 1;
await sqs.deleteQueue({ QueueUrl });
