// The way to a queue that was asked for. The one that was not is not loaded.

import type { Transport, TransportPlace } from './transport.ts';

export async function openTransport(place: TransportPlace): Promise<Transport> {
  if (place.via === 'sqs') return (await import('./sqs-transport.ts')).openSqs(place);
  return (await import('./native-transport.ts')).openNative(place);
}
