// Requests that ask for another protocol. Those for a WebSocket at a path that has one go on as such; all others (HTTP/2
// over plain text, as some clients ask for with each first request) are what they were: they go back to the server
// without the wish. Node hands a server every such request, and would leave its body unread.

import { EventEmitter } from 'node:events';
import type { IncomingMessage, Server } from 'node:http';
import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';

const WISHES: ReadonlySet<string> = new Set(['upgrade', 'http2-settings']);

/** Emits `upgrade` as a server does, for WebSockets at paths that have one. */
export function webSocketUpgrades(server: Server, paths: RegExp): EventEmitter {
  const upgrades = new EventEmitter();
  server.on('upgrade', (request: IncomingMessage, socket: Socket, head: Buffer) => {
    if (wantsWebSocket(request, paths)) upgrades.emit('upgrade', request, socket, head);
    else goOnWithout(server, request, socket, head);
  });
  return upgrades;
}

function wantsWebSocket({ method, headers, url = '' }: IncomingMessage, paths: RegExp): boolean {
  const isWebSocket = headers.upgrade?.toLowerCase() === 'websocket';
  return isWebSocket && method === 'GET' && paths.test(url.split('?', 1)[0] ?? '');
}

/** As if the connection began with this request, and the request had not said it. */
function goOnWithout(server: Server, request: IncomingMessage, socket: Socket, head: Buffer): void {
  socket.unshift(Buffer.concat([Buffer.from(headText(request), 'latin1'), head]));
  server.emit('encrypted' in socket ? 'secureConnection' : 'connection', socket as TLSSocket);
}

function headText({ method, url, httpVersion, rawHeaders }: IncomingMessage): string {
  const lines = [`${method} ${url} HTTP/${httpVersion}`];
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const [name = '', value = ''] = rawHeaders.slice(at, at + 2);
    const key = name.toLowerCase();
    if (key === 'connection') lines.push(`${name}: ${withoutWishes(value)}`);
    else if (!WISHES.has(key)) lines.push(`${name}: ${value}`);
  }
  return `${lines.join('\r\n')}\r\n\r\n`;
}

function withoutWishes(connection: string): string {
  const kept = connection.split(',').filter((token) => !WISHES.has(token.trim().toLowerCase()));
  return kept.length === 0 ? 'keep-alive' : kept.join(',');
}
