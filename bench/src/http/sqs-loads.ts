// The work that people do most over the SQS API, as requests of its JSON protocol, and a queue to do it on. It knows no
// server but by its address.

import type { Shot } from './cannon.ts';

const JSON_TYPE = 'application/x-amz-json-1.0';
export const BATCH = 10;
/** Longer than any run. */
const VISIBILITY_SECONDS = '1800';

export const SQS_LOADS = ['send', 'send-batch', 'receive'] as const;
export type SqsLoad = (typeof SQS_LOADS)[number];

interface SqsQueue {
  readonly url: string;
  readonly recordBytes: number;
}

const headersOf = (action: string) => ({
  'content-type': JSON_TYPE,
  'x-amz-target': `AmazonSQS.${action}`,
});

export const SHOTS: { readonly [L in SqsLoad]: (queue: SqsQueue) => Shot[] } = {
  send: ({ url: QueueUrl, recordBytes }) => [
    {
      headers: headersOf('SendMessage'),
      body: JSON.stringify({ QueueUrl, MessageBody: 'x'.repeat(recordBytes) }),
      count: () => 1,
    },
  ],
  'send-batch': ({ url: QueueUrl, recordBytes }) => {
    const MessageBody = 'x'.repeat(recordBytes);
    const Entries = Array.from({ length: BATCH }, (_, at) => ({ Id: `${at}`, MessageBody }));
    return [
      {
        headers: headersOf('SendMessageBatch'),
        body: JSON.stringify({ QueueUrl, Entries }),
        count: (text) => noneFailed(text, BATCH),
      },
    ];
  },
  receive: ({ url: QueueUrl }) => [
    {
      headers: headersOf('ReceiveMessage'),
      body: JSON.stringify({ QueueUrl, MaxNumberOfMessages: BATCH }),
      count: (text, seen) => {
        seen.handles = handlesOf(text);
        return 0;
      },
    },
    {
      headers: headersOf('DeleteMessageBatch'),
      body: ({ handles = [] }) => {
        if (handles.length === 0) return undefined;
        const Entries = handles.map((ReceiptHandle, at) => ({ Id: `${at}`, ReceiptHandle }));
        return JSON.stringify({ QueueUrl, Entries });
      },
      count: (text, { handles = [] }) => noneFailed(text, handles.length),
    },
  ],
};

function noneFailed(text: string, count: number): number {
  const { Failed = [] } = JSON.parse(text) as { Failed?: unknown[] };
  if (Failed.length > 0) throw new Error(`entries failed: ${text.slice(0, 300)}`);
  return count;
}

function handlesOf(text: string): string[] {
  const { Messages = [] } = JSON.parse(text) as { Messages?: { ReceiptHandle: string }[] };
  return Messages.map(({ ReceiptHandle }) => ReceiptHandle);
}

/** One call outside of any measure. */
export async function call<T>(endpoint: string, action: string, input: object): Promise<T> {
  const headers = headersOf(action);
  const answer = await fetch(endpoint, { method: 'POST', headers, body: JSON.stringify(input) });
  const text = await answer.text();
  if (answer.status !== 200) throw new Error(`${action}: ${answer.status} ${text.slice(0, 300)}`);
  return JSON.parse(text) as T;
}

export async function createQueue(endpoint: string, QueueName: string): Promise<string> {
  const Attributes = { VisibilityTimeout: VISIBILITY_SECONDS };
  const made = await call<{ QueueUrl: string }>(endpoint, 'CreateQueue', { QueueName, Attributes });
  return made.QueueUrl;
}

/** Visible and in flight. */
export async function queueCounts(endpoint: string, QueueUrl: string): Promise<[number, number]> {
  const names = ['ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible'];
  const input = { QueueUrl, AttributeNames: names };
  const { Attributes } = await call<{ Attributes: Record<string, string> }>(
    endpoint,
    'GetQueueAttributes',
    input,
  );
  const [visible = Number.NaN, inFlight = Number.NaN] = names.map((name) =>
    Number(Attributes[name]),
  );
  return [visible, inFlight];
}
