// Connecting: addresses, what is said where no broker is, and what is at the other end.
import { once } from 'node:events';
import { createServer } from 'node:net';
import { describe, expect, it } from 'vitest';
import packageJson from '../package.json' with { type: 'json' };
import { connect } from '../src/index.ts';
import { parseAddress, parseAddresses } from '../src/net/address.ts';
import { CLIENT_VERSION } from '../src/net/dial.ts';
import { cleanup, clientOf, fakeBroker, rejection } from './support/eventually.ts';
import { FakeBroker, SILENT } from './support/fake-broker.ts';

async function freeAddress(): Promise<string> {
  const broker = await FakeBroker.start();
  await broker.stop();
  return broker.address;
}

async function serverSaying(bytes: string | Buffer): Promise<string> {
  const server = createServer((socket) => {
    socket.on('error', () => {});
    socket.on('data', () => socket.write(bytes));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  cleanup(async () => server.close());
  return `127.0.0.1:${(server.address() as { port: number }).port}`;
}

describe('addresses', () => {
  it.each([
    ['localhost:99', { host: 'localhost', port: 99 }],
    ['10.0.0.1', { host: '10.0.0.1', port: 7650 }],
    ['[::1]:7', { host: '::1', port: 7 }],
    ['[fe80::1]', { host: 'fe80::1', port: 7650 }],
  ])('%s', (text, address) => {
    expect(parseAddress(text)).toEqual(address);
  });

  it('several by comma', () => {
    expect(parseAddresses('a:1, b:2').map(({ host }) => host)).toEqual(['a', 'b']);
  });

  it.each(['', ':1', 'a:b', 'a:0', 'a:70000', 'http://a:1', 'a b:1'])('refuses %j', (text) => {
    expect(() => parseAddress(text)).toThrow(expect.objectContaining({ code: 'INVALID_CONFIG' }));
  });
});

describe('connect', () => {
  it('introduces itself and learns who answers', async () => {
    const broker = await fakeBroker();
    const client = await clientOf(broker, { clientName: 'tester' });
    expect(client.broker).toEqual({
      address: broker.address,
      version: '9.9.9',
      instanceId: 'fake',
      connectionId: 1,
      user: null,
    });
    expect(broker.requests('Hello')[0]).toMatchObject({
      clientName: 'tester',
      clientVersion: CLIENT_VERSION,
    });
    expect(CLIENT_VERSION).toBe(packageJson.version);
  });

  it('says that no broker is reachable, where and why', async () => {
    const [one, two] = [await freeAddress(), await freeAddress()];
    const error = await rejection(connect({ brokers: [one, two], logger: null }));
    expect(error.code).toBe('CONNECTION_LOST');
    expect(error.message).toContain(one);
    expect(error.message).toContain(two);
    expect(error.message).toContain('ECONNREFUSED');
    expect(error.message).toContain('Is it running?');
  });

  it('takes the address that answers', async () => {
    const broker = await fakeBroker();
    const client = await clientOf({ address: `${await freeAddress()},${broker.address}` });
    expect(client.broker.address).toBe(broker.address);
  });

  it('waits for a broker that is about to start', async () => {
    const broker = await FakeBroker.start();
    await broker.stop();
    cleanup(() => broker.stop());
    const connecting = clientOf(broker, { waitForBrokerMs: 5_000 });
    setTimeout(() => void broker.listen(), 100);
    expect((await connecting).isConnected).toBe(true);
  });

  it('does not hang where nobody answers Hello', async () => {
    const broker = await fakeBroker({ Hello: () => SILENT });
    const connecting = connect({ brokers: broker.address, connectTimeoutMs: 50, logger: null });
    const error = await rejection(connecting);
    expect(error.code).toBe('CONNECTION_LOST');
    expect(error.message).toContain('did not answer Hello within 50 ms');
  });

  it('can be given up', async () => {
    const broker = await fakeBroker({ Hello: () => SILENT });
    const signal = AbortSignal.timeout(30);
    const error = await rejection(connect({ brokers: broker.address, signal, logger: null }));
    expect(error.code).toBe('ABORTED');
  });

  it.each([
    ['before anything was sent', () => Promise.resolve()],
    ['while the socket is opened', () => new Promise((resolve) => process.nextTick(resolve))],
  ])('can be given up %s', async (_, moment) => {
    const broker = await fakeBroker({ Hello: () => SILENT });
    const giving = new AbortController();
    const { signal } = giving;
    const connecting = rejection(connect({ brokers: broker.address, signal, logger: null }));
    await moment();
    giving.abort();
    expect((await connecting).code).toBe('ABORTED');
  });

  it.each([
    ['HTTP', 'HTTP/1.1 400 Bad Request\r\n\r\n'],
    ['zeros', Buffer.alloc(64)],
    ['noise', Buffer.from('000000050102030405', 'hex')],
  ])('tells that %s is not the protocol', async (_, bytes) => {
    const address = await serverSaying(bytes);
    const error = await rejection(connect({ brokers: address, logger: null }));
    expect(error.code).toBe('MALFORMED_FRAME');
    expect(error.message).toContain(`${address} does not speak the Millrace protocol`);
  });

  it('refuses a broker without a version it speaks, request by request', async () => {
    const broker = await fakeBroker();
    const { Hello } = broker.handlers;
    broker.handlers.Hello = async (body, call) => {
      const reply = await (Hello as NonNullable<typeof Hello>)(body, call);
      return { ...(reply as object), apis: [{ key: 0, versionMin: 1, versionMax: 1 }] } as never;
    };
    const client = await clientOf(broker);
    expect((await rejection(client.admin.listTopics())).code).toBe('UNSUPPORTED_VERSION');
  });
});
