// What the example producer and worker do not do, so that every panel has something to show: HTTP and the SQS API, requests that fail
// or are turned away, a live feed, a blocked key.

import { request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { connect, Reject } from '@millrace/client';

const PAUSE_MS = 100;

export interface OddLoad {
  end(): Promise<void>;
}

export async function startOddLoad(address: string, httpUrl: string): Promise<OddLoad> {
  const client = await connect({ brokers: address, clientName: 'odd', logger: null });
  const stop = new AbortController();
  await client.admin.createTopic({ name: 'seats' });
  await client.admin.createShareGroup({
    group: 'seats',
    topics: ['seats'],
    config: { ordering: 'key', onExhausted: 'block', maxDeliveries: 1 },
  });
  await client.producer().sendBatch('seats', [
    { key: '7a', value: 'taken' },
    { key: '7a', value: 'waits behind it' },
  ]);
  const worker = client.worker({
    group: 'seats',
    topics: 'seats',
    handler: () => {
      throw new Reject('somebody has to look');
    },
  });
  await fetch(`${httpUrl}/queues`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{"name":"visits"}',
  });
  const feed = await fetch(`${httpUrl}/live`, {
    headers: { accept: 'text/event-stream' },
    signal: stop.signal,
  });
  const asking = (async () => {
    while (!stop.signal.aborted) {
      await askOnce(httpUrl);
      await sleep(PAUSE_MS);
    }
  })();
  return {
    async end() {
      stop.abort();
      await feed.body?.cancel().catch(() => undefined);
      await asking;
      await worker.close();
      await client.close();
    },
  };
}

async function askOnce(httpUrl: string): Promise<void> {
  await fetch(`${httpUrl}/topics`);
  await fetch(`${httpUrl}/topics/nobody-made-this`);
  await sqs(httpUrl, 'SendMessage', { QueueUrl: `${httpUrl}/queues/visits`, MessageBody: 'hello' });
  await sqs(httpUrl, 'ReceiveMessage', {
    QueueUrl: `${httpUrl}/queues/visits`,
    WaitTimeSeconds: 1,
  });
  await fromElsewhere(httpUrl);
}

async function sqs(httpUrl: string, action: string, body: object): Promise<void> {
  await fetch(`${httpUrl}/`, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-amz-json-1.0',
      'x-amz-target': `AmazonSQS.${action}`,
    },
    body: JSON.stringify(body),
  });
}

/** A name that is not the gateway's: fetch would not let us say it. */
function fromElsewhere(httpUrl: string): Promise<void> {
  return new Promise((resolve, reject) => {
    request(`${httpUrl}/topics`, { headers: { host: 'elsewhere.example' } }, (reply) => {
      reply.resume().once('end', resolve);
    })
      .once('error', reject)
      .end();
  });
}
