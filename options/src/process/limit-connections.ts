// How many connections an HTTP server takes, in all and of one address, so that nobody takes the places of all others. One
// more is closed before a byte of it is read.

import type { Server, Socket } from 'node:net';
import { networkOf } from './network-of.ts';

export interface ConnectionPlaces {
  readonly max: number;
  /** Of IPv6: of one network. */
  readonly maxOfAddress: number;
  /** One was closed. */
  readonly onRefused?: (() => void) | undefined;
}

export function limitConnections(server: Server, places: ConnectionPlaces): void {
  const { max, maxOfAddress, onRefused = () => undefined } = places;
  const counts = new Map<string, number>();
  const known = new WeakSet<Socket>();
  server.maxConnections = max;
  server.on('drop', () => onRefused());
  // Before anything else listens to it.
  server.prependListener('connection', (socket: Socket) => {
    // A server may be given a connection again, with what it has not read of it.
    if (known.has(socket)) return;
    known.add(socket);
    const network = networkOf(socket.remoteAddress ?? '');
    const count = counts.get(network) ?? 0;
    if (count >= maxOfAddress) {
      onRefused();
      socket.destroy();
      return;
    }
    counts.set(network, count + 1);
    socket.once('close', () => {
      const left = (counts.get(network) ?? 1) - 1;
      if (left > 0) counts.set(network, left);
      else counts.delete(network);
    });
  });
}
