// Moves what waits in a queue of SQS to a topic of Millrace, or back. Both may be in use meanwhile. A message is taken away
// at one end after it is safe at the other, so a crash loses nothing; what is then sent again, the topic drops by its id.
// Usage: move forth|back QUEUE-URL TOPIC HOST:PORT [ENDPOINT]. The topic's share group has its name. Ends when nothing is left.

import { isUtf8 } from 'node:buffer';
import { type Message, SQS } from '@aws-sdk/client-sqs';
import { type Client, codecs, connect, type LeasedMessage } from '@millrace/client';

const [way, QueueUrl = '', topic = '', brokers = '127.0.0.1:7650', endpoint] =
  process.argv.slice(2);
const sqs = new SQS(endpoint === undefined ? {} : { endpoint });
await using client = await connect({ brokers, codec: codecs.text });

async function left(): Promise<number> {
  const { Attributes = {} } = await sqs.getQueueAttributes({ QueueUrl, AttributeNames: ['All'] });
  return Object.entries(Attributes)
    .filter(([name]) => name.startsWith('ApproximateNumberOfMessages'))
    .reduce((sum, [, count]) => sum + Number(count), 0);
}

// #region forth
function headersOf({ MessageAttributes = {} }: Message): Record<string, string | Uint8Array> {
  return Object.fromEntries(
    Object.entries(MessageAttributes).map(([name, { StringValue, BinaryValue }]) => [
      name,
      StringValue ?? BinaryValue ?? '',
    ]),
  );
}

async function forth(to: Client): Promise<number> {
  const producer = to.producer<string>();
  let moved = 0;
  for (;;) {
    const { Messages = [] } = await sqs.receiveMessage({
      QueueUrl,
      MaxNumberOfMessages: 10,
      WaitTimeSeconds: 1,
      MessageAttributeNames: ['All'],
      MessageSystemAttributeNames: ['MessageGroupId'],
    });
    if (Messages.length === 0) {
      // The counts of Amazon lag behind: a long poll that finds nothing has to agree with them.
      if ((await left()) === 0) return moved;
      continue; // somebody has what is left
    }
    await producer.sendBatch(
      topic,
      Messages.map((message) => ({
        key: message.Attributes?.MessageGroupId,
        value: message.Body ?? '',
        headers: headersOf(message),
        dedupId: message.MessageId, // the queue's own: the same at each delivery
      })),
    );
    await sqs.deleteMessageBatch({
      QueueUrl,
      Entries: Messages.map(({ ReceiptHandle }, at) => ({ Id: `${at}`, ReceiptHandle })),
    });
    moved += Messages.length;
  }
}
// #endregion

// #region back
async function back(from: Client): Promise<number> {
  const queue = from.queue<string>(topic);
  for (let moved = 0; ; ) {
    // What one batch of SQS takes.
    const bounds = { maxMessages: 10, maxBytes: 1_000_000, maxWaitMs: 1_000 };
    const messages = await queue.receive({ topics: topic, ...bounds });
    if (messages.length > 0) {
      const Entries = messages.map((message, at) => ({ Id: `${at}`, ...bodyOf(message) }));
      const { Successful = [] } = await sqs.sendMessageBatch({ QueueUrl, Entries });
      const sent = messages.filter((_, at) => Successful.some(({ Id }) => Id === `${at}`));
      await Promise.all(sent.map((message) => message.accept()));
      moved += sent.length;
    }
    const { fresh, ready, scheduled, leased, parked } = (await from.admin.counters(topic)).totals;
    if (fresh + ready + scheduled + leased + parked === 0) return moved;
  }
}

function bodyOf(message: LeasedMessage<string>) {
  const ofFifo = { MessageGroupId: message.key ?? 'none', MessageDeduplicationId: message.id };
  return {
    MessageBody: message.value,
    MessageAttributes: Object.fromEntries(
      message.headers.map(([name, bytes]) => [
        name,
        isUtf8(bytes)
          ? { DataType: 'String', StringValue: message.header(name) }
          : { DataType: 'Binary', BinaryValue: bytes },
      ]),
    ),
    ...(QueueUrl.endsWith('.fifo') ? ofFifo : {}),
  };
}
// #endregion

const go = new Map([
  ['forth', forth],
  ['back', back],
]).get(way ?? '');
if (go === undefined) throw new Error(`move forth|back, not ${way}`);
console.log('moved', await go(client));
