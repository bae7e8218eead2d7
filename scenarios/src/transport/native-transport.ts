// A queue through the native client, by hand: `client.queue()`.

import { type Client, codecs, connect, type LeasedMessage, MillraceError } from '@millrace/client';
import type { Ask, Delivery, Transport, TransportPlace } from './transport.ts';

const WAIT_FOR_BROKER_MS = 10_000;
const MS = 1_000;

export function connectNative({ broker, name }: TransportPlace): Promise<Client> {
  return connect({
    brokers: broker,
    clientName: name,
    waitForBrokerMs: WAIT_FOR_BROKER_MS,
    logger: null,
  });
}

export async function openNative(place: TransportPlace): Promise<Transport> {
  const client = await connectNative(place);
  const topics = place.queue;
  const queue = client.queue(place.queue, { codec: codecs.text });
  const producer = client.producer({ codec: codecs.text });
  return {
    async receive({ maxMessages, waitTimeSeconds, signal }: Ask) {
      try {
        const maxWaitMs = waitTimeSeconds * MS;
        const messages = await queue.receive({ topics, maxMessages, maxWaitMs, signal });
        return messages.map(nativeDelivery);
      } catch (error) {
        if (error instanceof MillraceError && error.code === 'ABORTED') return [];
        throw error;
      }
    },
    async send(topic, body) {
      await producer.send({ topic, value: body });
    },
    mayPass: (error) => error instanceof MillraceError && error.action !== 'give up',
    close: () => client.close(),
  };
}

function nativeDelivery(message: LeasedMessage<string>): Delivery {
  return {
    messageId: message.id,
    body: message.value ?? '',
    attempts: message.deliveries,
    sentAtMs: message.timestampMs,
    group: message.key ?? undefined,
    delete: () => message.accept(),
    async extend(seconds) {
      await message.extend(seconds * MS);
    },
    release: (delaySeconds, reason) =>
      message.release({ delayMs: Math.round(delaySeconds * MS), error: reason }),
    giveBack: () => message.return(),
  };
}
