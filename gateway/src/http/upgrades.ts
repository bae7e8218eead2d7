// What asks for another protocol on its connection. WebSockets go on as they are; an offer of anything else (HTTP/2 over
// plain text, which some clients always make) is passed over, and the request is answered as if it had not been made.

import type { IncomingMessage, Server } from 'node:http';
import type { Socket } from 'node:net';

const UPGRADE_HEADERS: ReadonlySet<string> = new Set(['connection', 'http2-settings', 'upgrade']);

export function asksForWebSocket({ headers }: IncomingMessage): boolean {
  return headers.upgrade?.toLowerCase() === 'websocket';
}

/** To be called before anything listens to the server's upgrades. */
export function passOverOtherUpgrades(server: Server): void {
  const emit = server.emit.bind(server);
  const emitOthers = (event: string, ...args: unknown[]): boolean => {
    const [request, socket, head] = args as [IncomingMessage, Socket, Buffer];
    if (event !== 'upgrade' || asksForWebSocket(request)) return emit(event, ...args);
    // Once more from the start, as bytes: by now the parser has let go of the connection.
    socket.unshift(Buffer.concat([headOf(request), head]));
    return emit('connection', socket);
  };
  server.emit = emitOthers as Server['emit'];
}

function headOf({ method, url, httpVersion, rawHeaders }: IncomingMessage): Buffer {
  let text = `${method} ${url} HTTP/${httpVersion}\r\n`;
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    const name = rawHeaders[at] ?? '';
    if (!UPGRADE_HEADERS.has(name.toLowerCase())) text += `${name}: ${rawHeaders[at + 1]}\r\n`;
  }
  // Node.js reads heads as Latin-1.
  return Buffer.from(`${text}\r\n`, 'latin1');
}
