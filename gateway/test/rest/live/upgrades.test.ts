// Requests that ask for another protocol than HTTP/1.1, and get an answer in it.
import { once } from 'node:events';
import { connect } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Gateways } from '../support/gateways.ts';
import { SocketListener } from '../support/listeners.ts';

let gateways: Gateways;
beforeAll(async () => {
  gateways = await Gateways.start();
  await gateways.client.admin.createTopic({ name: 'asked' });
});
afterAll(() => gateways.close());

/** What comes back for some bytes, until as many answers as there are questions have come. */
async function talk(chunks: readonly string[], answers: number): Promise<string> {
  const socket = connect(gateways.at().port, '127.0.0.1');
  await once(socket, 'connect');
  let text = '';
  // Two pieces may come in one turn: whoever listens for one at a time would miss the second.
  const answered = new Promise<void>((resolve) => {
    socket.on('data', (bytes: Buffer) => {
      text += bytes.toString('latin1');
      if ((text.match(/HTTP\/1\.1 /g) ?? []).length >= answers) resolve();
    });
  });
  for (const chunk of chunks) {
    socket.write(chunk);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  await answered;
  socket.destroy();
  return text;
}

const H2C = 'Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\n';
const body = (n: number) => JSON.stringify({ topic: 'asked', payload: n });
const produce = (n: number, more = '') =>
  `POST /produce HTTP/1.1\r\nHost: 127.0.0.1\r\n${more}Content-Type: application/json\r\n` +
  `Content-Length: ${body(n).length}\r\n\r\n`;

it('HTTP/2 over plain text is not spoken: the request is answered, body and all', async () => {
  const text = await talk([produce(1, H2C), body(1).slice(0, 9), body(1).slice(9)], 1);
  expect(text).toContain('201 Created');
  expect(text).toContain('"offset":0');
});

it('the connection goes on, with requests that came along', async () => {
  const text = await talk(
    [`${produce(2, H2C)}${body(2)}${produce(3)}${body(3)}`, produce(4), body(4)],
    3,
  );
  expect(text.match(/201 Created/g)).toHaveLength(3);
  expect(text).toContain('"offset":3');
});

it('a WebSocket where there is none gets the answer of the path', async () => {
  for (const [path, status] of [
    ['/problems', 200],
    ['/nothing', 404],
  ] as const) {
    expect((await SocketListener.refused(gateways.url(path))).status).toBe(status);
  }
});
