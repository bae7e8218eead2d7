// The gateway's thread from the side of who started it: a fault is logged, and it comes again on the same port.

import { type AddressInfo, createServer, type Socket } from 'node:net';
import { GATEWAY_OPTIONS } from '@millrace/gateway';
import { defaultsOf, openLog } from '@millrace/options';
import { expect, test } from 'vitest';
import { GatewayThread } from '../src/gateway-thread.ts';

const CODE = new URL('./faulty-thread.mjs', import.meta.url);
const BUILT = new URL('../../gateway/dist/worker.js', import.meta.url);

function openThread(brokers: string, code = CODE) {
  const lines: Record<string, unknown>[] = [];
  const sink = { write: (line: string) => void lines.push(JSON.parse(line)) };
  const opened = openLog({ level: 'info', format: 'json', sink });
  const options = { ...defaultsOf(GATEWAY_OPTIONS), httpPort: 0 };
  const broker = { brokers, token: undefined, isEncrypted: false, isRequired: false };
  const more = { allowAnonymous: false, logLevel: 'info', otlpEndpoint: '' } as const;
  const thread = new GatewayThread({ options, ...more, opened, code });
  return { thread, lines, open: () => thread.open(broker) };
}

test('a fault is logged, and the thread comes again on its port', async () => {
  const { thread, lines, open } = openThread('fail');
  expect(await open()).toMatchObject({ port: 4_711 });
  expect(await thread.metrics()).toBe('port 0');
  await expect.poll(() => lines.length, { timeout: 20_000 }).toBeGreaterThanOrEqual(2);
  expect(lines.slice(0, 2)).toMatchObject([
    { event: 'gateway_failed', restartInMs: 250, err: { message: 'a fault of the test' } },
    { event: 'gateway_failed', restartInMs: 500 },
  ]);
  await expect.poll(() => thread.metrics(), { timeout: 20_000 }).toBe('port 4711');
  await thread.close(100);
  const told = lines.length;
  await new Promise((resolve) => setTimeout(resolve, 300));
  expect([lines.length, await thread.metrics()]).toEqual([told, '']);
});

test('a thread that is told to end is not started again', async () => {
  const { thread, lines, open } = openThread('go on');
  await open();
  await thread.close(100);
  expect([lines, await thread.metrics()]).toEqual([[], '']);
});

test('a thread that cannot begin is a start that failed', async () => {
  const { lines, open } = openThread('go on', new URL('./nowhere.mjs', import.meta.url));
  await expect(open()).rejects.toThrow(/nowhere\.mjs/);
  expect(lines).toEqual([]);
});

test('it loads before its broker stands, listens after it, and may be ended in between', async () => {
  const { thread, open, lines } = openThread('go on');
  thread.load();
  expect(await open()).toMatchObject({ port: 4_711 });
  await thread.close(100);
  const other = openThread('go on');
  other.thread.load();
  await other.thread.close(100);
  expect(lines).toEqual([]);
});

test('a gateway whose broker does not get to it waits, and may be ended meanwhile', async () => {
  const silent = createServer();
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
  const { port } = silent.address() as AddressInfo;
  const connected = new Promise<Socket>((resolve) => silent.once('connection', resolve));
  const { thread, open, lines } = openThread(`127.0.0.1:${port}`, BUILT);
  const opening = open().catch((error: unknown) => error);
  const socket = await connected;
  await thread.close(100);
  expect(await opening).toMatchObject({ message: expect.stringMatching(/ended before/) });
  expect(lines).toEqual([]);
  socket.destroy();
  silent.close();
});
