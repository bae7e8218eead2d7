// Bytes on a socket that are no request, or not a whole one: whatever they are, the connection has to end or be
// answered, never with a fault of the server.

import { connect } from 'node:net';
import type { Random } from '@millrace/harness';
import { noise } from './values.ts';

const LISTEN_MS = 400;

const HEAD = 'POST / HTTP/1.1\r\nHost: localhost\r\nX-Amz-Target: AmazonSQS.ListQueues\r\n';

const ATTACKS: Readonly<Record<string, (random: Random) => Buffer | string>> = {
  noise: (random) => noise(random, 2_000),
  'a TLS hello': () => Buffer.from('16030100f4010000f00303', 'hex'),
  'half a first line': () => 'POST / HT',
  'half a head': () => HEAD,
  'less body than said': () => `${HEAD}Content-Length: 100\r\n\r\n{}`,
  'more body than said': () => `${HEAD}Content-Length: 2\r\n\r\n{}{}{}`,
  'a length below zero': () => `${HEAD}Content-Length: -1\r\n\r\n{}`,
  'two lengths': () => `${HEAD}Content-Length: 2\r\nContent-Length: 3\r\n\r\n{} `,
  'length and chunks': () =>
    `${HEAD}Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n`,
  'bad chunks': () => `${HEAD}Transfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n`,
  'chunks without an end': () => `${HEAD}Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n`,
  'an unknown coding': () => `${HEAD}Transfer-Encoding: rot13\r\n\r\n{}`,
  'a huge head': (random) =>
    `${HEAD}X-Fill: ${'x'.repeat(random.between(30_000, 300_000))}\r\n\r\n`,
  'many headers': () =>
    `${HEAD}${Array.from({ length: 3_000 }, (_, at) => `x-${at}: 1`).join('\r\n')}\r\n\r\n`,
  'a huge address': () => `GET /${'a'.repeat(100_000)} HTTP/1.1\r\nHost: a\r\n\r\n`,
  'no host': () => 'GET / HTTP/1.1\r\n\r\n',
  'an old version': () => 'GET /?Action=ListQueues HTTP/1.0\r\n\r\n',
  'no version': () => 'GET /\r\n\r\n',
  'a version to come': () => 'GET / HTTP/9.9\r\nHost: a\r\n\r\n',
  'a preface of HTTP/2': () => 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
  'an upgrade to nothing': () =>
    'GET /topics HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: chat\r\n\r\n',
  'half a WebSocket': () =>
    'GET /live HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: x\r\n\r\n',
  CONNECT: () => 'CONNECT a:1 HTTP/1.1\r\nHost: a\r\n\r\n',
  'an expectation': () => `${HEAD}Expect: 200-maybe\r\nContent-Length: 2\r\n\r\n{}`,
  'many requests at once': () => `${HEAD}Content-Length: 2\r\n\r\n{}`.repeat(200),
  'bad escapes in the address': () =>
    'GET /%zz%?Action=%ListQueues&%=% HTTP/1.1\r\nHost: a\r\n\r\n',
  'a whole address': () =>
    'GET http://other.example/?Action=ListQueues HTTP/1.1\r\nHost: a\r\n\r\n',
  'a star': () => 'OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n',
};

export const ATTACK_NAMES = Object.keys(ATTACKS);

/** Sends it, listens for a while, and tells what came: the statuses of answers, and text where it is none. */
export function attack(endpoint: string, name: string, random: Random): Promise<string> {
  const { hostname, port } = new URL(endpoint);
  const bytes = ATTACKS[name]?.(random) ?? '';
  return new Promise((resolve) => {
    let got = '';
    const socket = connect(Number(port), hostname);
    const timer = setTimeout(() => socket.destroy(), LISTEN_MS);
    socket.setEncoding('latin1');
    socket.on('data', (chunk) => {
      got += chunk;
    });
    socket.on('error', () => {});
    socket.on('close', () => {
      clearTimeout(timer);
      resolve(got);
    });
    socket.write(bytes);
    // Some say that they are done, others leave it open.
    if (random.chance(0.3)) socket.end();
  });
}
