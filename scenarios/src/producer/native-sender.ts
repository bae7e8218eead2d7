// Sends through the native client's producer, which puts the messages of a call into one batch.

import { codecs } from '@millrace/client';
import { connectNative } from '../transport/native-transport.ts';
import type { TransportPlace } from '../transport/transport.ts';
import type { NewMessage } from './payloads.ts';
import type { Sender } from './sender.ts';

export async function openNativeSender(place: TransportPlace): Promise<Sender> {
  const client = await connectNative(place);
  const producer = client.producer({ codec: codecs.text });
  const sendOne = ({ body, group, id }: NewMessage) =>
    producer
      .send({
        topic: place.queue,
        value: body,
        ...(group !== undefined && { key: group, dedupId: id }),
      })
      .then(
        (sent) => ({ messageId: sent.id }),
        (error: unknown) => ({ fault: String(error) }),
      );
  return {
    send: (messages) => Promise.all(messages.map(sendOne)),
    close: () => client.close(),
  };
}
